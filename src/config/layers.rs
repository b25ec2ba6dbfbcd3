//! Gathering the values: file, environment and flags, laid over each other key by key.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use toml::{Table, Value};

use super::settings::{self, Kind};
use super::{ConfigError, Origin, Overrides};

const PREFIX: &str = "COMMUNITYTOKEN_";
/// Not a setting, but where the settings are.
const FILE_VARIABLE: &str = "COMMUNITYTOKEN_CONFIG";

/// The values that are set, by path; a provider's path has its place in the list in it, as in
/// `identity.providers.0.issuer`.
#[derive(Default)]
pub(super) struct Values {
    pub(super) set: BTreeMap<String, (Value, Origin)>,
    pub(super) problems: Vec<String>,
}

impl Values {
    fn set(&mut self, key: String, value: Value, origin: Origin) {
        self.set.insert(key, (value, origin));
    }
}

/// Gathers the values of all layers.
pub(super) fn gather(
    overrides: &Overrides,
    environment: impl Iterator<Item = (OsString, OsString)>,
    usual_file: PathBuf,
) -> Result<Values, ConfigError> {
    let mut problems = Vec::new();
    let environment = ours(environment, &mut problems);
    let mut values = Values::default();
    let named = overrides.config.clone().or_else(|| environment.get(FILE_VARIABLE).map(PathBuf::from));
    if let Some(path) = named {
        add_file(&mut values, path)?;
    } else if usual_file.exists() {
        add_file(&mut values, usual_file)?;
    }
    values.problems.extend(problems);
    for (name, text) in &environment {
        if name != FILE_VARIABLE {
            add_variable(&mut values, name, text);
        }
    }
    if let Some(path) = &overrides.database {
        match path.to_str() {
            Some(text) => values.set("database.path".to_owned(), Value::from(text), Origin::Flag("--database")),
            None => values.problems.push("--database is not readable text (UTF-8).".to_owned()),
        }
    }
    if let Some(bind) = overrides.bind {
        values.set("server.bind".to_owned(), Value::from(bind.to_string()), Origin::Flag("--bind"));
    }
    if let Some(domain) = &overrides.domain {
        values.set("https.domain".to_owned(), Value::from(domain.as_str()), Origin::Flag("--domain"));
    }
    Ok(values)
}

/// The variables that are meant for us. An empty one counts as not set: that is how compose files
/// and units pass on what nobody gave them.
fn ours(
    environment: impl Iterator<Item = (OsString, OsString)>,
    problems: &mut Vec<String>,
) -> BTreeMap<String, String> {
    environment
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty())
        .filter_map(|(name, value)| {
            if let Ok(value) = value.into_string() {
                return Some((name, value));
            }
            problems.push(format!("The environment variable {name} is not readable text (UTF-8)."));
            None
        })
        .collect()
}

fn add_file(values: &mut Values, path: PathBuf) -> Result<(), ConfigError> {
    let text = fs::read_to_string(&path).map_err(|error| {
        ConfigError::one(format!("The configuration file {} cannot be read: {error}.", path.display()))
    })?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        // The line by its number alone: it could hold a secret.
        let before = error.span().and_then(|span| text.get(..span.start));
        ConfigError::one(format!(
            "The configuration file {} is not valid TOML, at line {}: {}.",
            path.display(),
            before.map_or(1, |before| before.matches('\n').count() + 1),
            error.message()
        ))
    })?;
    let origin = Origin::File(path);
    add_table(values, "", table, &origin);
    Ok(())
}

/// Adds a table of the file. `prefix` is empty or ends in a dot.
fn add_table(values: &mut Values, prefix: &str, table: Table, origin: &Origin) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        match value {
            _ if settings::kind(&key).is_some() => values.set(key, value, origin.clone()),
            Value::Table(inner) if settings::is_section(&key) => {
                add_table(values, &format!("{key}."), inner, origin);
            }
            Value::Array(list) if key == settings::PROVIDERS => {
                add_providers(values, list, origin);
            }
            _ => values.problems.push(unknown(&key, origin)),
        }
    }
}

fn add_providers(values: &mut Values, list: Vec<Value>, origin: &Origin) {
    for (place, provider) in list.into_iter().enumerate() {
        let key = format!("{}.{place}", settings::PROVIDERS);
        match provider {
            Value::Table(table) => add_table(values, &format!("{key}."), table, origin),
            _ => values.problems.push(format!("{key} ({origin}) must be a table with issuer and audience.")),
        }
    }
}

fn add_variable(values: &mut Values, name: &str, text: &str) {
    let origin = Origin::Environment(name.to_owned());
    let key = name[PREFIX.len()..].replace("__", ".").to_lowercase();
    if key == settings::PROVIDERS {
        // The whole list at once, as in [{issuer = "…", audience = "…"}]: in place of the file's.
        let Some(Value::Array(list)) = parse(text) else {
            values.problems.push(format!(
                "{name} must be a TOML list of tables, as in [{{issuer = \"https://id.example.org\", audience = \"communitytoken\"}}]."
            ));
            return;
        };
        let all = format!("{}.", settings::PROVIDERS);
        values.set.retain(|key, _| !key.starts_with(&all));
        add_providers(values, list, &origin);
        return;
    }
    let Some(kind) = settings::kind(&key) else {
        values.problems.push(unknown(&key, &origin));
        return;
    };
    let value = match (kind, parse(text)) {
        // A name that happens to look like a number stays the name it is.
        (Kind::Text, Some(value @ Value::String(_))) | (Kind::List, Some(value @ Value::Array(_))) => value,
        (Kind::Text, _) => Value::from(text),
        (Kind::List, _) => {
            text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(Value::from).collect::<Vec<_>>().into()
        }
        (Kind::Number | Kind::Switch, value) => value.unwrap_or_else(|| Value::from(text)),
    };
    values.set(key, value, origin);
}

/// The text as a TOML value, if it is one.
fn parse(text: &str) -> Option<Value> {
    // A line break would let one variable set more than one thing.
    if text.contains('\n') {
        return None;
    }
    let mut table: Table = format!("value = {text}").parse().ok()?;
    table.remove("value")
}

/// The sentence about a key that does not exist, with the nearest one that does.
fn unknown(key: &str, origin: &Origin) -> String {
    let place = settings::place(key);
    let pattern = settings::pattern(key);
    // A table of the file may be meant as a section; a variable always means one setting.
    let in_file = matches!(origin, Origin::File(_));
    let nearest = settings::keys()
        .chain(settings::sections().filter(|_| in_file))
        .min_by_key(|known| {
            let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
            // The right name in the wrong section is near, too.
            let names = distance(&last(&pattern), &last(known));
            (distance(&pattern, known).min(names + 2), names)
        })
        .unwrap_or_default()
        .replace("[]", &format!(".{}", place.unwrap_or(0)));
    match origin {
        Origin::Environment(name) => format!(
            "The environment variable {name} names no setting. Did you mean {PREFIX}{}?",
            nearest.replace('.', "__").to_uppercase()
        ),
        _ => format!("{key} ({origin}) is not a setting. Did you mean {nearest}?"),
    }
}

/// How many letters must be changed, added or taken away to make one text of the other.
pub(super) fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}
