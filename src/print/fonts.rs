//! The fonts of paper: Noto Sans for Latin, Greek and Cyrillic letters, Motoya L Cedar for kana and kanji. A
//! text in several scripts is cut where the font changes; what neither of them has is a box.

use krilla::text::Font;
use ttf_parser::Face;

const REGULAR: &[u8] = include_bytes!("../../static/fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../static/fonts/NotoSans-Bold.ttf");
const JAPANESE: &[u8] = include_bytes!("../../static/fonts/MotoyaLCedar.ttf");

/// What stands for a letter that no font has: a box, which is in the Japanese one.
pub(super) const LACKING: char = '\u{25a1}';

/// One font, to be measured and to be written with.
struct Letters {
    face: Face<'static>,
    font: Font,
}

impl Letters {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        Some(Self { face: Face::parse(bytes, 0).ok()?, font: Font::new(bytes.into(), 0)? })
    }

    fn has(&self, letter: char) -> bool {
        self.face.glyph_index(letter).is_some()
    }

    /// How wide a letter is, in parts of the font's size.
    fn width(&self, letter: char) -> f32 {
        let advance = self.face.glyph_index(letter).and_then(|glyph| self.face.glyph_hor_advance(glyph));
        f32::from(advance.unwrap_or(self.face.units_per_em())) / f32::from(self.face.units_per_em())
    }
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) bold: bool,
}

/// All of them.
pub(super) struct Fonts {
    regular: Letters,
    bold: Letters,
    japanese: Letters,
}

impl Fonts {
    pub(super) fn read() -> Option<Self> {
        Some(Self { regular: Letters::read(REGULAR)?, bold: Letters::read(BOLD)?, japanese: Letters::read(JAPANESE)? })
    }

    /// Whether every letter of a text can be written.
    pub(super) fn have(&self, text: &str) -> bool {
        text.chars().all(|letter| self.has(letter))
    }

    fn has(&self, letter: char) -> bool {
        (self.regular.has(letter) && self.bold.has(letter)) || self.japanese.has(letter)
    }

    /// The text as these fonts can write it: what they lack is a box, what steers a terminal or turns the
    /// direction of a text is not there.
    pub(super) fn readable(&self, text: &str) -> String {
        let written = |letter: char| match letter {
            _ if letter.is_control() => Some(' '),
            _ if is_steering(letter) => None,
            _ if self.has(letter) => Some(letter),
            // A minus is as long as a dash.
            '\u{2212}' => Some('\u{2013}'),
            // Spaces of other widths are spaces; at this one, no line breaks.
            '\u{202f}' => Some('\u{a0}'),
            _ if letter.is_whitespace() => Some(' '),
            _ => Some(LACKING),
        };
        text.chars().filter_map(written).collect()
    }

    fn of(&self, letter: char, style: Style) -> &Letters {
        let latin = if style.bold { &self.bold } else { &self.regular };
        if !latin.has(letter) && self.japanese.has(letter) { &self.japanese } else { latin }
    }

    /// How wide a text is.
    pub(super) fn width(&self, text: &str, style: Style) -> f32 {
        text.chars().map(|letter| self.of(letter, style).width(letter) * style.size).sum()
    }

    /// The parts of a text, each in one font.
    pub(super) fn runs<'a>(&self, text: &'a str, style: Style) -> Vec<Run<'a>> {
        let mut runs = Vec::new();
        let mut start = 0;
        let mut places = text.char_indices().peekable();
        while let Some((_, letter)) = places.next() {
            let letters = self.of(letter, style);
            let end = places.peek().map_or(text.len(), |(place, _)| *place);
            let goes_on = places.peek().is_some_and(|(_, next)| std::ptr::eq(self.of(*next, style), letters));
            if !goes_on {
                let part = &text[start..end];
                let is_thin = style.bold && std::ptr::eq(letters, &raw const self.japanese);
                runs.push(Run { text: part, font: letters.font.clone(), width: self.width(part, style), is_thin });
                start = end;
            }
        }
        runs
    }
}

/// A part of a text in one font.
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    pub(super) font: Font,
    pub(super) width: f32,
    /// Whether it is to be bold, and the font is not: the Japanese one has one weight.
    pub(super) is_thin: bool,
}

/// What has no shape of its own, and says how others are shown.
fn is_steering(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}
