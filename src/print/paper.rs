//! Where each line stands, and what it is.

use super::fonts::{Fonts, Style};
use super::lines::{shortened, wrapped};

/// A4, in points, with this much left free around.
pub(super) const WIDTH: f32 = 595.0;
pub(super) const HEIGHT: f32 = 842.0;
pub(super) const MARGIN: f32 = 50.0;
/// Below this the number of the page stands.
const FOOT: f32 = HEIGHT - MARGIN - 14.0;
/// Between the lines of a text, in parts of its size.
const LEADING: f32 = 1.4;
/// Between two columns.
const GAP: f32 = 8.0;
/// Lines of one cell at most, so that its row fits on a page; what is longer ends in dots.
const CELL_LINES: usize = 40;
/// How high a drawing is.
pub(super) const DRAWING: f32 = 150.0;

const HEAD: Style = Style { size: 20.0, bold: true };
const SECTION: Style = Style { size: 13.0, bold: true };
const TEXT: Style = Style { size: 10.0, bold: false };
pub(super) const CELL: Style = Style { size: 8.0, bold: false };
const TITLE: Style = Style { size: 8.0, bold: true };

/// To which side the cells of a column lean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Start,
    /// Numbers.
    End,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands above it.
    pub title: String,
    /// How much of the width it takes, beside the others.
    pub share: f32,
    /// To which side it leans.
    pub align: Align,
}

/// A colour: red, green and blue. Each is to be told from the others on a printer without colours, too.
pub type Shade = [u8; 3];

/// A bar of a drawing, in hundredths of it.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Its left edge, its upper edge, how wide and how high it is.
    pub place: [f32; 4],
    /// In what colour.
    pub shade: Shade,
}

/// A filled outline of a drawing, its corners in hundredths of it.
#[derive(Debug, Clone)]
pub struct Area {
    /// From left and from above.
    pub outline: Vec<(f32, f32)>,
    /// In what colour.
    pub shade: Shade,
}

/// Areas and bars over a scale.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    /// What it shows, for whoever cannot see it.
    pub description: String,
    /// Lines across, in hundredths from above, each with what it is.
    pub across: Vec<(f32, String)>,
    /// Words below, in hundredths from the left: what ends or, otherwise, has its middle there.
    pub below: Vec<(f32, bool, String)>,
    /// What is drawn first.
    pub areas: Vec<Area>,
    /// What is drawn upon it.
    pub bars: Vec<Bar>,
    /// What the colours mean.
    pub key: Vec<(Shade, String)>,
}

/// What a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Heading(u16),
    Paragraph,
    /// Of the table with this number: its row and column; row 0 holds the titles.
    Cell(usize, usize, usize),
    /// Repeated for those who look, and told once to those who listen.
    Repeated,
}

pub(super) struct Line {
    pub(super) part: Part,
    /// Which heading, paragraph or cell: its lines are told as one.
    pub(super) whole: usize,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) style: Style,
    pub(super) text: String,
}

/// What stands on a page, in the order in which it is read.
pub(super) enum Item {
    Line(Line),
    /// A line across, at this height.
    Rule(f32),
    /// With its upper edge at this height.
    Drawing(f32, Drawing),
}

/// A document that is being written.
pub struct Paper {
    pub(super) fonts: Fonts,
    pub(super) title: String,
    pub(super) language: &'static str,
    pub(super) sheets: Vec<Vec<Item>>,
    y: f32,
    whole: usize,
    tables: usize,
}

impl Paper {
    /// An empty one, in the language with this tag. Fails where the fonts in the program are damaged.
    pub fn new(title: &str, language: &'static str) -> Option<Self> {
        let fonts = Fonts::read()?;
        Some(Self {
            title: fonts.readable(title),
            fonts,
            language,
            sheets: vec![Vec::new()],
            y: MARGIN,
            whole: 0,
            tables: 0,
        })
    }

    /// The sign that stands beside amounts; its name, where the sign is a picture that no font of ours has.
    pub fn sign_or(&self, sign: &str, name: &str) -> String {
        if self.fonts.have(sign) { sign.to_owned() } else { name.to_owned() }
    }

    /// A heading; 1 is that of the whole document.
    pub fn heading(&mut self, level: u16, text: &str) {
        let style = if level <= 1 { HEAD } else { SECTION };
        if self.y > MARGIN {
            self.y += style.size * 0.8;
        }
        // A heading at the foot of a page would stand without what it is about.
        self.make_room(style.size * 6.0);
        self.text(Part::Heading(level.max(1)), style, text);
        self.y += 4.0;
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.text(Part::Paragraph, TEXT, text);
        self.y += 4.0;
    }

    fn text(&mut self, part: Part, style: Style, text: &str) {
        self.whole += 1;
        for line in wrapped(&self.fonts, &self.fonts.readable(text), style, WIDTH - 2.0 * MARGIN) {
            self.make_room(style.size * LEADING);
            self.y += style.size * LEADING;
            self.put(part, MARGIN, self.y - style.size * 0.3, style, line);
        }
    }

    fn put(&mut self, part: Part, x: f32, y: f32, style: Style, text: String) {
        let whole = self.whole;
        self.add(Item::Line(Line { part, whole, x, y, style, text }));
    }

    fn add(&mut self, item: Item) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.push(item);
        }
    }

    /// Begins another page where so much does not fit on this one. Gives whether it did.
    fn make_room(&mut self, height: f32) -> bool {
        let is_full = self.y + height > FOOT && self.y > MARGIN;
        if is_full {
            self.sheets.push(Vec::new());
            self.y = MARGIN;
        }
        is_full
    }

    /// Begins another page where a drawing, with a heading and a few lines before it, does not fit on this one.
    pub fn keep_together(&mut self, drawing: &Drawing) {
        self.make_room(height_of(drawing) + 2.5 * SECTION.size + 4.0 * TEXT.size * LEADING);
    }

    /// A drawing, with what its colours mean below it.
    pub fn drawing(&mut self, mut drawing: Drawing) {
        let readable = |text: &str| self.fonts.readable(text);
        drawing.description = readable(&drawing.description);
        drawing.across.iter_mut().for_each(|(_, text)| *text = readable(text));
        drawing.below.iter_mut().for_each(|(_, _, text)| *text = readable(text));
        drawing.key.iter_mut().for_each(|(_, text)| *text = readable(text));
        let height = height_of(&drawing);
        self.make_room(height);
        self.add(Item::Drawing(self.y, drawing));
        self.y += height;
    }

    /// A table over as many pages as it takes, with its titles on each.
    pub fn table<R: AsRef<[String]>>(&mut self, columns: &[Column], rows: impl IntoIterator<Item = R>) {
        self.tables += 1;
        let table = self.tables;
        let titles: Vec<String> = columns.iter().map(|column| column.title.clone()).collect();
        // No titles alone at the foot of a page.
        self.make_room(CELL.size * LEADING * 5.0);
        self.row(table, 0, columns, &titles);
        for (number, row) in rows.into_iter().enumerate() {
            self.row(table, number + 1, columns, row.as_ref());
        }
        self.y += 8.0;
    }

    fn row(&mut self, table: usize, number: usize, columns: &[Column], cells: &[String]) {
        let style = if number == 0 { TITLE } else { CELL };
        let shares: f32 = columns.iter().map(|column| column.share).sum();
        let room = WIDTH - 2.0 * MARGIN - GAP * many(columns.len().saturating_sub(1));
        let widths: Vec<f32> = columns.iter().map(|column| room * column.share / shares).collect();
        let lines = self.cells(cells, &widths, style);
        if self.make_room(height(&lines, style)) && number > 0 {
            let titles: Vec<String> = columns.iter().map(|column| column.title.clone()).collect();
            let titles = self.cells(&titles, &widths, TITLE);
            self.put_row(|_| Part::Repeated, columns, &widths, titles, TITLE);
        }
        self.put_row(|place| Part::Cell(table, number, place), columns, &widths, lines, style);
    }

    /// The lines of each cell of a row.
    fn cells(&self, cells: &[String], widths: &[f32], style: Style) -> Vec<Vec<String>> {
        let lines = |(cell, width): (&String, &f32)| {
            let lines = wrapped(&self.fonts, &self.fonts.readable(cell), style, *width);
            shortened(&self.fonts, lines, CELL_LINES, style, *width)
        };
        cells.iter().zip(widths).map(lines).collect()
    }

    fn put_row(
        &mut self,
        part: impl Fn(usize) -> Part,
        columns: &[Column],
        widths: &[f32],
        cells: Vec<Vec<String>>,
        style: Style,
    ) {
        let height = height(&cells, style);
        let mut x = MARGIN;
        for (place, ((lines, column), width)) in cells.into_iter().zip(columns).zip(widths).enumerate() {
            self.whole += 1;
            for (number, line) in lines.into_iter().enumerate() {
                let y = self.y + 2.0 + style.size * LEADING * many(number + 1) - style.size * 0.3;
                let free = if column.align == Align::End { width - self.fonts.width(&line, style) } else { 0.0 };
                self.put(part(place), x + free.max(0.0), y, style, line);
            }
            x += width + GAP;
        }
        self.y += height;
        self.add(Item::Rule(self.y));
    }
}

/// How high a drawing is, with what its colours mean.
fn height_of(drawing: &Drawing) -> f32 {
    DRAWING + LEADING * CELL.size * (many(drawing.key.len()) + 1.0)
}

/// How high a row is.
fn height(cells: &[Vec<String>], style: Style) -> f32 {
    many(cells.iter().map(Vec::len).max().unwrap_or(1).max(1)) * style.size * LEADING + 4.0
}

/// A count as a measure. There are never so many lines or columns that it would not fit.
fn many(count: usize) -> f32 {
    u16::try_from(count).map_or(f32::from(u16::MAX), f32::from)
}
