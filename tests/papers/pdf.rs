//! A PDF as other programs read it.
#![allow(dead_code, reason = "each suite uses what it needs of it")]

use std::fs;
use std::process::Command;

use tempfile::TempDir;

pub struct Pdf {
    folder: TempDir,
    /// Its text, the lines as they stand on the page.
    pub text: String,
    /// What is said about it.
    pub info: String,
}

impl Pdf {
    /// Reads it; stops where anything in it is not as it must be.
    #[track_caller]
    pub fn read(bytes: &[u8]) -> Self {
        assert!(bytes.starts_with(b"%PDF-"), "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)]));
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("paper.pdf"), bytes).unwrap();
        let run = |program: &str, arguments: &[&str]| {
            let output = Command::new(program)
                .args(arguments)
                .current_dir(folder.path())
                .output()
                .unwrap_or_else(|error| panic!("tests/run installs {program}: {error}"));
            // Poppler takes the right type of one entry for the wrong one.
            let said = String::from_utf8_lossy(&output.stderr)
                .replace("Syntax Error: Suspects object is wrong type (boolean)\n", "");
            assert!(output.status.success() && said.is_empty(), "{program}: {said}");
            String::from_utf8(output.stdout).unwrap()
        };
        run("qpdf", &["--check", "paper.pdf"]);
        let text = run("pdftotext", &["-layout", "paper.pdf", "-"]);
        let info = run("pdfinfo", &["paper.pdf"]);
        // For whoever wants to see it with their own eyes.
        if let Ok(place) = std::env::var("COMMUNITYTOKEN_KEEP_PAPERS") {
            let name = text.trim().lines().next().unwrap_or_default().replace(['/', ' '], "-");
            fs::write(format!("{place}/{name}.pdf"), bytes).unwrap();
        }
        Self { folder, text, info }
    }

    /// A line of what is said about it.
    pub fn about(&self, what: &str) -> &str {
        let line =
            self.info.lines().find(|line| line.starts_with(what)).unwrap_or_else(|| panic!("{what}: {}", self.info));
        line.split_once(':').unwrap().1.trim()
    }

    pub fn pages(&self) -> Vec<&str> {
        self.text.trim_end_matches('\u{c}').split('\u{c}').collect()
    }

    /// The text with every space of whatever width as one.
    pub fn words(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub fn says(&self, words: &str) {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(self.words().contains(&words), "{words:?} is not in {}", self.text);
    }

    /// What those hear who have it read to them: the parts of its structure by name.
    pub fn structure(&self) -> String {
        let output = Command::new("pdfinfo").args(["-struct", "paper.pdf"]).current_dir(self.folder.path()).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    }
}
