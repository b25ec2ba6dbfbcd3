//! The document as a file: what is drawn where, and what it is to those who have it read to them.

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, BBox, ContentTag, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::text::TextDirection;
use krilla::{Document, SerializeSettings};

use super::fonts::{Fonts, Style};
use super::paper::{CELL, DRAWING, Drawing, HEIGHT, Item, Line, MARGIN, Paper, Part, Shade, WIDTH};

const INK: Shade = [20, 24, 22];
const PALE: Shade = [200, 200, 195];

impl Paper {
    /// The document as a file. `foot` says below each page on which of how many one is.
    pub fn finish(self, foot: impl Fn(usize, usize) -> String) -> Result<Vec<u8>, String> {
        let configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
        let settings = SerializeSettings {
            configuration: configuration.map_err(|error| format!("{error:?}"))?,
            ..SerializeSettings::default()
        };
        let mut document = Document::new_with(settings);
        document.set_metadata(Metadata::new().title(self.title.clone()).language(self.language.to_owned()));
        let mut tree = Tree::default();
        let count = self.sheets.len();
        for (place, sheet) in self.sheets.iter().enumerate() {
            let size = PageSettings::from_wh(WIDTH, HEIGHT).ok_or("a page has a size")?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            for item in sheet {
                self.write(&mut surface, &mut tree, place, item);
            }
            let text = self.fonts.readable(&foot(place + 1, count));
            let x = (WIDTH - self.fonts.width(&text, CELL)) / 2.0;
            beside(&mut surface, |surface| draw(surface, &self.fonts, (x, HEIGHT - MARGIN), CELL, &text));
            surface.finish();
            page.finish();
        }
        document.set_outline(self.outline());
        document.set_tag_tree(tree.finish(self.language));
        document.finish().map_err(|error| format!("{error:?}"))
    }

    fn write(&self, surface: &mut Surface<'_>, tree: &mut Tree, page: usize, item: &Item) {
        match item {
            Item::Rule(y) => beside(surface, |surface| rule(surface, MARGIN, *y)),
            Item::Line(line) => {
                let write = |surface: &mut Surface<'_>| {
                    draw(surface, &self.fonts, (line.x, line.y), line.style, &line.text);
                };
                if line.part == Part::Repeated {
                    return beside(surface, write);
                }
                let mark = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                write(surface);
                surface.end_tagged();
                tree.add(line, mark.into());
            }
            Item::Drawing(top, drawing) => {
                let mark = surface.start_tagged(ContentTag::Other);
                picture(surface, &self.fonts, *top, drawing);
                surface.end_tagged();
                let place =
                    Rect::from_xywh(MARGIN, *top, WIDTH - 2.0 * MARGIN, DRAWING).map(|rect| BBox::new(page, rect));
                let figure = Tag::Figure(Some(drawing.description.clone())).with_bbox(place);
                tree.add_figure(TagGroup::with_children(figure, vec![mark.into()]));
            }
        }
    }

    /// The headings, as readers list them beside the document.
    fn outline(&self) -> Outline {
        let mut outline = Outline::new();
        let mut last = 0;
        for (place, sheet) in self.sheets.iter().enumerate() {
            for item in sheet {
                if let Item::Line(line) = item
                    && matches!(line.part, Part::Heading(_))
                    && line.whole != last
                {
                    last = line.whole;
                    let top = Point::from_xy(0.0, line.y - line.style.size);
                    outline.push_child(OutlineNode::new(line.text.clone(), XyzDestination::new(place, top)));
                }
            }
        }
        outline
    }
}

/// Draws what is not told to those who listen.
fn beside(surface: &mut Surface<'_>, draw: impl FnOnce(&mut Surface<'_>)) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)));
    draw(surface);
    surface.end_tagged();
}

fn fill(surface: &mut Surface<'_>, [red, green, blue]: Shade) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }));
}

fn stroke([red, green, blue]: Shade, width: f32) -> Stroke {
    Stroke { paint: rgb::Color::new(red, green, blue).into(), width, ..Stroke::default() }
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, (mut x, y): (f32, f32), style: Style, text: &str) {
    for run in fonts.runs(text, style) {
        fill(surface, INK);
        if run.is_thin {
            surface.set_stroke(Some(stroke(INK, style.size * 0.03)));
        }
        surface.draw_text(Point::from_xy(x, y), run.font, style.size, run.text, false, TextDirection::LeftToRight);
        x += run.width;
    }
}

fn rule(surface: &mut Surface<'_>, from: f32, y: f32) {
    let mut path = PathBuilder::new();
    path.move_to(from, y);
    path.line_to(WIDTH - MARGIN, y);
    surface.set_fill(None);
    surface.set_stroke(Some(stroke(PALE, 0.5)));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn rectangle(surface: &mut Surface<'_>, [x, y, width, height]: [f32; 4], shade: Shade) {
    let mut path = PathBuilder::new();
    fill(surface, shade);
    if let Some(rect) = Rect::from_xywh(x, y, width, height) {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn polygon(surface: &mut Surface<'_>, mut corners: impl Iterator<Item = (f32, f32)>, shade: Shade) {
    let Some((x, y)) = corners.next() else { return };
    let mut path = PathBuilder::new();
    fill(surface, shade);
    path.move_to(x, y);
    corners.for_each(|(x, y)| path.line_to(x, y));
    path.close();
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

/// Lines across with their numbers, bars, words below, and what the colours mean.
fn picture(surface: &mut Surface<'_>, fonts: &Fonts, top: f32, drawing: &Drawing) {
    let (wide, high) = ((WIDTH - 2.0 * MARGIN) / 100.0, DRAWING / 100.0);
    let left = MARGIN + 12.0 * wide;
    for (at, text) in &drawing.across {
        let y = top + at * high;
        rule(surface, left, y);
        draw(surface, fonts, (left - 4.0 - fonts.width(text, CELL), y + CELL.size * 0.35), CELL, text);
    }
    for area in &drawing.areas {
        polygon(surface, area.outline.iter().map(|(x, y)| (MARGIN + x * wide, top + y * high)), area.shade);
    }
    for bar in &drawing.bars {
        let [x, y, width, height] = bar.place;
        rectangle(surface, [MARGIN + x * wide, top + y * high, width * wide, height * high], bar.shade);
    }
    for (at, ends, text) in &drawing.below {
        let width = fonts.width(text, CELL);
        let x = MARGIN + at * wide - if *ends { width } else { width / 2.0 };
        draw(surface, fonts, (x, top + 96.0 * high), CELL, text);
    }
    let mut y = top + DRAWING;
    for (shade, text) in &drawing.key {
        y += CELL.size * 1.4;
        rectangle(surface, [left, y - 6.0, 8.0, 6.0], *shade);
        draw(surface, fonts, (left + 13.0, y), CELL, text);
    }
}

/// What those hear who have the document read to them.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
    whole: usize,
    open: Option<(Part, TagGroup)>,
    row: Option<(usize, TagGroup)>,
    table: Option<(usize, TagGroup)>,
}

impl Tree {
    fn add(&mut self, line: &Line, mark: Node) {
        if self.whole != line.whole {
            self.close_part();
            let goes_on = matches!(line.part, Part::Cell(table, ..) if self.table.as_ref().is_some_and(|(open, _)| *open == table));
            if !goes_on {
                self.close_table();
            }
            self.whole = line.whole;
            self.open = Some((line.part, group(line)));
        }
        if let Some((_, open)) = &mut self.open {
            open.push(mark);
        }
    }

    fn add_figure(&mut self, figure: TagGroup) {
        self.close_part();
        self.close_table();
        self.nodes.push(figure.into());
    }

    fn close_part(&mut self) {
        let Some((part, group)) = self.open.take() else { return };
        let Part::Cell(table, number, _) = part else { return self.nodes.push(group.into()) };
        if self.row.as_ref().is_some_and(|(open, _)| *open != number) {
            self.close_row();
        }
        self.table.get_or_insert_with(|| (table, TagGroup::new(Tag::Table)));
        self.row.get_or_insert_with(|| (number, TagGroup::new(Tag::TR))).1.push(group);
    }

    fn close_row(&mut self) {
        if let (Some((_, row)), Some((_, table))) = (self.row.take(), &mut self.table) {
            table.push(row);
        }
    }

    fn close_table(&mut self) {
        self.close_row();
        if let Some((_, table)) = self.table.take() {
            self.nodes.push(table.into());
        }
    }

    fn finish(mut self, language: &str) -> TagTree {
        self.close_part();
        self.close_table();
        let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
        for node in self.nodes {
            tree.push(node);
        }
        tree
    }
}

fn group(line: &Line) -> TagGroup {
    match line.part {
        Part::Heading(level) => {
            let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
            TagGroup::new(Tag::Hn(level, Some(line.text.clone())))
        }
        Part::Cell(_, 0, _) => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
        Part::Cell(..) => TagGroup::new(Tag::TD),
        Part::Paragraph | Part::Repeated => TagGroup::new(Tag::P),
    }
}
