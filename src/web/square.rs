//! A link as a square that phones read (QR), on a page and on a terminal.

use qrcode::{Color, EcLevel, QrCode};

use crate::error::{Error, Result};

/// The quiet margin that readers need, in modules.
const MARGIN: usize = 4;

/// A square of modules, dark or light, with its margin.
pub struct Square {
    /// Modules on each side.
    pub side: usize,
    dark: Vec<bool>,
}

impl Square {
    /// The square that says this.
    pub fn of(text: &str) -> Result<Self> {
        QrCode::new(text).map(|code| Self::from(&code)).map_err(Error::internal)
    }

    fn from(code: &QrCode) -> Self {
        let width = code.width();
        let side = width + 2 * MARGIN;
        let mut dark = vec![false; side * side];
        for (place, color) in code.to_colors().into_iter().enumerate() {
            dark[(place / width + MARGIN) * side + place % width + MARGIN] = color == Color::Dark;
        }
        Self { side, dark }
    }

    /// The square of a text that is too much for a usual one: less of it may be stained, twice as much fits.
    pub fn of_much(text: &str) -> Result<Self> {
        QrCode::with_error_correction_level(text, EcLevel::L).map(|code| Self::from(&code)).map_err(Error::internal)
    }

    fn is_dark(&self, row: usize, column: usize) -> bool {
        self.dark.get(row * self.side + column).copied().unwrap_or_default()
    }

    /// The outline of its dark modules, for the path of an SVG.
    pub fn path(&self) -> String {
        let places = (0..self.side * self.side).map(|place| (place / self.side, place % self.side));
        let dark = places.filter(|(row, column)| self.is_dark(*row, *column));
        let squares: Vec<String> = dark.map(|(row, column)| format!("M{column} {row}h1v1h-1z")).collect();
        squares.concat()
    }

    /// Two rows a line, light on dark, as terminals are.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for row in (0..self.side).step_by(2) {
            for column in 0..self.side {
                text.push(match (self.is_dark(row, column), row + 1 == self.side || self.is_dark(row + 1, column)) {
                    (true, true) => ' ',
                    (true, false) => '▄',
                    (false, true) => '▀',
                    (false, false) => '█',
                });
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three corners by which phones find it are where they belong, on the page and the terminal.
    #[test]
    fn the_square_has_its_corners_and_margin() {
        let square = Square::of("https://tokens.example.org/join/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let last = square.side - MARGIN - 7;
        for (row, column) in [(MARGIN, MARGIN), (MARGIN, last), (last, MARGIN)] {
            for place in 0..7 {
                assert!(square.is_dark(row, column + place) && square.is_dark(row + place, column), "{row} {column}");
            }
            assert!(square.is_dark(row + 3, column + 3) && !square.is_dark(row + 1, column + 1));
        }
        assert!((0..square.side).all(|place| !square.is_dark(0, place) && !square.is_dark(place, square.side - 1)));
        assert_eq!(square.path().matches('M').count(), square.dark.iter().filter(|dark| **dark).count());
        assert!(square.text().lines().all(|line| line.chars().count() == square.side));
        assert_eq!(square.text().lines().count(), square.side.div_ceil(2));
    }
}
