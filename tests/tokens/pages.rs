//! The pages of `docs/providers`: what they tell people to write is what the program reads.

use std::fs;
use std::path::PathBuf;

use super::support::Server;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/providers")
}

/// The blocks of this language in a page.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Every block of settings is read by the program as it stands, and each page has one; each names an
/// issuer and for whom its tokens are, and every page says whether it was tried.
#[test]
fn every_line_of_settings_is_read() {
    let mut pages = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let page = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let settings = blocks(&page, "toml");
        assert!(!settings.is_empty(), "{name} has no settings");
        assert!(page.contains("/login/callback"), "{name} does not say what to register");
        let is_list = name == "README.md";
        assert!(is_list || page.contains("**Tried:**"), "{name} does not say whether it was tried");
        pages += usize::from(!is_list);
        for block in settings {
            let server = Server::prepare(block);
            fs::write(server.path("client-secret"), "a secret of more than thirty-two characters").unwrap();
            let output = server.run(&["config"]);
            assert_eq!(output.code, 0, "{name}: {}\n{block}", output.stderr);
            assert!(block.contains("\nissuer = "), "{name}\n{block}");
            assert!(block.contains("\nclient_id = ") || block.contains("\naudience = "), "{name}\n{block}");
        }
    }
    assert!(pages >= 8, "{pages} pages");
    let index = fs::read_to_string(folder().join("README.md")).unwrap();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || index.contains(&format!("({name})")), "{name} is not in the list");
    }
}
