//! A colour, as people write it for screens.

use std::fmt;
use std::str::FromStr;

/// Red, green and blue; written `#1b6b4a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl FromStr for Colour {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(())?;
        let mut parts = [0; 3];
        for (place, part) in parts.iter_mut().enumerate() {
            let digits = digits.get(2 * place..2 * place + 2).filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
            *part = u8::from_str_radix(digits.ok_or(())?, 16).map_err(|_| ())?;
        }
        Ok(Self(parts))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn colours_are_six_digits() {
        for text in ["#1b6b4a", "#000000", "#ffffff"] {
            assert_eq!(text.parse::<Colour>().unwrap().to_string(), text);
        }
        assert_eq!("#ABCDEF".parse(), Ok(Colour([0xab, 0xcd, 0xef])));
        for text in ["", "#", "1b6b4a", "#1b6b4", "#1b6b4a0", "#+1b6b4", "#ñ1b6b", "green", "#12 456"] {
            assert!(text.parse::<Colour>().is_err(), "{text:?}");
        }
    }
}
