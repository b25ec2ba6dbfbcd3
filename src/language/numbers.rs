//! Numbers as each language writes them.

use super::Language;

/// A space as narrow as that between figures, at which no line breaks.
const NARROW: char = '\u{202f}';

impl Language {
    /// What stands between the thousands. Spanish takes a space, which is read alike wherever it is
    /// spoken: half of its countries have a point there, and half a comma.
    const fn between_groups(self) -> char {
        match self {
            Self::English | Self::Japanese => ',',
            Self::Spanish => NARROW,
            Self::German => '.',
        }
    }

    const fn decimal_mark(self) -> char {
        match self {
            Self::English | Self::Japanese => '.',
            Self::Spanish | Self::German => ',',
        }
    }

    /// A whole number in groups of three: `1,234,567`. Spanish leaves four figures together.
    pub fn grouped(self, number: impl Into<i128>) -> String {
        let number = number.into();
        // Almost every number is a short one, and those are written faster.
        let size = number.unsigned_abs();
        let digits = u64::try_from(size).map_or_else(|_| size.to_string(), |size| size.to_string());
        let sign = if number < 0 { "\u{2212}" } else { "" };
        if self == Self::Spanish && digits.len() == 4 {
            return format!("{sign}{digits}");
        }
        let mut text = String::from(sign);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(self.between_groups());
            }
            text.push(digit);
        }
        text
    }

    /// A number with so many figures after the decimal mark, and those before it in groups.
    pub fn decimal(self, number: f64, places: usize) -> String {
        let plain = format!("{:.places$}", number.abs());
        let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), None), |(whole, rest)| (whole, Some(rest)));
        let Ok(whole) = whole.parse::<i128>() else {
            // More than anybody counts, or no number at all.
            return self.marked(&format!("{number:.places$}"));
        };
        let sign = if number < 0.0 && plain.contains(|digit| matches!(digit, '1'..='9')) { "\u{2212}" } else { "" };
        let rest = rest.map_or_else(String::new, |rest| format!("{}{rest}", self.decimal_mark()));
        format!("{sign}{}{rest}", self.grouped(whole))
    }

    /// A number that is written with a point, as this language writes it.
    fn marked(self, number: &str) -> String {
        number.replace('.', &self.decimal_mark().to_string())
    }

    /// A number in few letters, for the edge of a drawing: `950`, `1.5 k`, `20 M`. Japanese counts in
    /// ten thousands.
    pub fn short(self, value: f64) -> String {
        let sizes: &[(f64, &str)] = match self {
            Self::English => &[(1e12, " tn"), (1e9, " bn"), (1e6, " M"), (1e3, " k")],
            Self::Japanese => &[(1e12, "兆"), (1e8, "億"), (1e4, "万")],
            Self::Spanish => &[(1e12, " B"), (1e9, " mM"), (1e6, " M"), (1e3, " k")],
            Self::German => &[(1e12, " Bio"), (1e9, " Mrd"), (1e6, " M"), (1e3, " k")],
        };
        let (size, sign) = sizes.iter().copied().find(|(size, _)| value >= *size).unwrap_or((1.0, ""));
        let number = format!("{:.3}", value / size);
        let number = self.marked(number.trim_end_matches('0').trim_end_matches('.'));
        format!("{number}{}", sign.replace(' ', &NARROW.to_string()))
    }

    /// A share of the whole: `12.3%`.
    pub fn percent(self, share: f64, places: usize) -> String {
        self.with_percent(&self.decimal(share * 100.0, places))
    }

    fn with_percent(self, number: &str) -> String {
        match self {
            Self::English | Self::Japanese => format!("{number}%"),
            Self::Spanish | Self::German => format!("{number}\u{a0}%"),
        }
    }

    /// A number of hundredths, with as many figures as it has: `1.5%`.
    pub fn hundredths(self, hundredths: f64) -> String {
        let number = self.marked(&hundredths.to_string());
        self.with_percent(&number)
    }

    /// What somebody typed as an amount, in digits alone: with the thousands apart as this language parts
    /// them, and by the spaces that are read alike everywhere. Whatever else is in it stays in it, to be
    /// refused where the amount is checked: what is a decimal mark to one is not to become a thousand.
    pub fn digits(self, typed: &str) -> String {
        let text: String = typed.chars().filter(|character| !character.is_whitespace()).map(narrow).collect();
        let mark = if self == Self::Spanish { '.' } else { self.between_groups() };
        let mut groups = text.split(mark);
        let first = groups.next().unwrap_or_default().len();
        let is_grouped = (1..=3).contains(&first) && groups.all(|group| group.len() == 3);
        if is_grouped { text.replace(mark, "") } else { text }
    }
}

/// How far the wide letters lie from the narrow ones.
const WIDE: u32 = 0xfee0;

/// Figures and marks of a Japanese keyboard that was left in its wide letters.
fn narrow(character: char) -> char {
    match character {
        '０'..='９' | '，' | '．' => char::from_u32(u32::from(character) - WIDE).unwrap_or(character),
        other => other,
    }
}

/// The same as a pattern, for the browser: loose, because the sentence of a refusal helps more than a
/// browser's own.
pub fn whole_number() -> &'static str {
    r"[0-9０-９.,，\s]*"
}
