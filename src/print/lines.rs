//! Where a text is broken into lines.

use super::fonts::{Fonts, Style};

/// The lines of a text in this width: broken between words, in Japanese between letters, and within a
/// word that is longer than a line. Never none.
pub(super) fn wrapped(fonts: &Fonts, text: &str, style: Style, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    for word in words(text) {
        let needed = fonts.width(word.trim_end(), style);
        if used + needed > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0.0;
        }
        if needed > width {
            for letter in word.chars() {
                let more = fonts.width(letter.encode_utf8(&mut [0; 4]), style);
                if used + more > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(letter);
                used += more;
            }
        } else {
            line.push_str(word);
            used += fonts.width(word, style);
        }
    }
    if !line.trim_end().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The pieces between which a line may be broken, each with the spaces after it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = ' ';
    for (place, letter) in text.char_indices() {
        let may_break = (last == ' ' && letter != ' ') || is_japanese(last) || is_japanese(letter);
        // No line begins with a mark that ends something, and none ends with one that begins something.
        if may_break
            && place > start
            && !"、。，．」』）】！？ーぁぃぅぇぉっゃゅょァィゥェォッャュョ%".contains(letter)
            && !"「『（【".contains(last)
            && letter != ' '
        {
            words.push(&text[start..place]);
            start = place;
        }
        last = letter;
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

fn is_japanese(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// As many lines as there is room for; the last of them ends in dots where there were more.
pub(super) fn shortened(fonts: &Fonts, mut lines: Vec<String>, most: usize, style: Style, width: f32) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && fonts.width(last, style) + fonts.width("…", style) > width {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::fonts::LACKING;

    const STYLE: Style = Style { size: 10.0, bold: false };

    /// Every letter is on some line, no line is wider than the room, and words stay whole where they can.
    #[test]
    fn lines_hold_everything_and_fit() {
        let fonts = Fonts::read().unwrap();
        let long = "9".repeat(300);
        for text in [
            "",
            " ",
            "a",
            "two words and some more of them",
            "山田太郎さんから五十トークンを受け取りました。",
            &long,
            "mixed 日本語 and Latin，「引用」。 end",
        ] {
            for width in [30.0, 90.0, 495.0] {
                let lines = wrapped(&fonts, text, STYLE, width);
                let bare = |text: &str| text.replace(' ', "");
                assert_eq!(bare(&lines.concat()), bare(text), "{text:?} in {width}");
                assert!(lines.iter().all(|line| fonts.width(line, STYLE) <= width + 22.0), "{lines:?} in {width}");
                // Where there is room for two letters at least.
                let begins = |line: &String| width > 30.0 && line.starts_with(['。', '」', '，']);
                assert!(!lines.iter().skip(1).any(begins), "{lines:?}");
            }
        }
        assert_eq!(wrapped(&fonts, "two words", STYLE, 30.0), ["two", "words"]);
        let short = shortened(&fonts, wrapped(&fonts, &long, STYLE, 90.0), 2, STYLE, 90.0);
        assert!(short.len() == 2 && short[1].ends_with("9…"), "{short:?}");
    }

    /// All that the pages' texts and amounts are made of can be written; what steers is gone, and what is
    /// lacking is a box.
    #[test]
    fn every_letter_is_readable_or_a_box() {
        let fonts = Fonts::read().unwrap();
        for text in [
            "Ægløß ñ ¿Qué? Žluťoučký Ελλάδα Привет",
            "¤ € – — ‘’“”„ … · « » \u{2212}1,234\u{a0}¤",
            "日本語　ひらがな カタカナー髙",
        ] {
            assert!(!fonts.readable(text).contains(LACKING), "{}", fonts.readable(text));
        }
        for (text, read) in [
            ("a\u{202e}b\u{200d}c\u{feff}", "abc"),
            ("a\0b\u{1b}[31m\nc", "a b [31m c"),
            ("שלום 12", "□□□□ 12"),
            ("👩\u{200d}👧", "□□"),
            ("\u{2212}5", "–5"),
        ] {
            assert_eq!(fonts.readable(text), read, "{text:?}");
        }
        assert!(!fonts.have("🌿") && fonts.have("¤"));
    }
}
