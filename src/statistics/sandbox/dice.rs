//! Chance, the same on every machine: whole numbers out of a generator with published reference values, and
//! no function of the system's own whose last digit may differ.

use rand_pcg::Pcg64Dxsm;
use rand_pcg::rand_core::Rng;

use crate::statistics::real;

/// Less likely than this part of the likeliest is never drawn: once in many billion billion times.
const NEVER: f64 = 1e-21;

/// The dice of one run.
#[derive(Debug)]
pub struct Dice(Pcg64Dxsm);

impl Dice {
    /// Those of a run: other dice for each seed and each number.
    pub fn of(seed: u64, run: u64) -> Self {
        Self(Pcg64Dxsm::new(u128::from(run) << 64 | u128::from(seed), u128::from(run)))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// One of so many, each as likely as the other.
    pub fn below(&mut self, count: usize) -> usize {
        place(self.bits(), count)
    }
}

/// One of so many by 64 random bits. By how much one is likelier than another is less than one in a million
/// million for any number that fits in memory here.
#[expect(clippy::cast_possible_truncation, reason = "the upper half of the product is less than the count")]
const fn place(bits: u64, count: usize) -> usize {
    ((bits as u128 * count as u128) >> 64) as usize
}

/// How many of something that happens by itself now and then: a Poisson distribution, as a table.
#[derive(Debug, Clone, Default)]
pub struct Poisson {
    mean: f64,
    /// The least that is drawn.
    first: u64,
    /// How likely so many or fewer are, in parts of 2^64.
    sums: Vec<u64>,
    /// How likely each is beside the likeliest.
    parts: Vec<f64>,
}

impl Poisson {
    /// Of this mean. Costs nothing where it is the mean already.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "means are far below 2^53, and parts of 2^64 are meant"
    )]
    pub fn set(&mut self, mean: f64) {
        if self.mean.to_bits() == mean.to_bits() && !self.sums.is_empty() {
            return;
        }
        self.mean = mean;
        let likeliest = mean.floor();
        self.parts.clear();
        let (mut part, mut number) = (1.0, likeliest);
        while part > NEVER {
            self.parts.push(part);
            part *= number / mean;
            number -= 1.0;
        }
        self.first = likeliest as u64 + 1 - self.parts.len() as u64;
        self.parts.reverse();
        (part, number) = (1.0, likeliest + 1.0);
        loop {
            part *= mean / number;
            if part <= NEVER {
                break;
            }
            self.parts.push(part);
            number += 1.0;
        }
        let all: f64 = self.parts.iter().sum();
        let mut sum = 0.0;
        self.sums.clear();
        for part in &self.parts {
            sum += part;
            self.sums.push((sum / all * 18_446_744_073_709_551_616.0) as u64);
        }
    }

    /// A number drawn.
    pub fn draw(&self, dice: &mut Dice) -> u64 {
        let bits = dice.bits();
        let place = self.sums.partition_point(|sum| *sum <= bits);
        self.first + place.min(self.sums.len().saturating_sub(1)) as u64
    }
}

/// One of several, each as likely as its weight says (Vose's alias method).
#[derive(Debug, Clone, Default)]
pub struct Alias {
    /// How much of a place is its own, in parts of 2^32, and whose the rest is.
    places: Vec<(u32, u32)>,
    weights: Vec<f64>,
    light: Vec<u32>,
    heavy: Vec<u32>,
}

impl Alias {
    /// By these weights, of which one at least is above nought.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "parts of 2^32 are meant")]
    pub fn set(&mut self, weights: impl Iterator<Item = f64> + Clone) {
        let whole: f64 = weights.clone().sum();
        let mean = whole / real(weights.clone().count());
        for list in [&mut self.light, &mut self.heavy] {
            list.clear();
        }
        self.weights.clear();
        self.places.clear();
        for (place, weight) in (0..).zip(weights) {
            let weight = weight / mean;
            self.weights.push(weight);
            self.places.push((u32::MAX, place));
            if weight < 1.0 { self.light.push(place) } else { self.heavy.push(place) }
        }
        while let (Some(light), Some(heavy)) = (self.light.pop(), self.heavy.last().copied()) {
            let own = self.weights[light as usize];
            self.places[light as usize] = ((own * 4_294_967_296.0) as u32, heavy);
            let rest = &mut self.weights[heavy as usize];
            *rest -= 1.0 - own;
            if *rest < 1.0 {
                self.heavy.pop();
                self.light.push(heavy);
            }
        }
    }

    /// One drawn.
    #[expect(clippy::cast_possible_truncation, reason = "the halves of 64 bits are meant")]
    pub fn draw(&self, dice: &mut Dice) -> usize {
        let bits = dice.bits();
        let place = (((bits >> 32) * self.places.len() as u64) >> 32) as usize;
        let (own, other) = self.places[place];
        if (bits as u32) < own { place } else { other as usize }
    }
}
