//! `config`: the settings in force and where each came from.

use serde_json::{Value, json};

use super::{Common, Failure, output};

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let config = common.settings()?;
    let report = config.report();
    let answer: Vec<Value> = report
        .iter()
        .map(|setting| json!({ "key": setting.key, "value": setting.value, "origin": setting.origin.to_string() }))
        .collect();
    output::print(common.json, &answer, || {
        let rows: Vec<Vec<String>> = report
            .iter()
            .map(|setting| vec![setting.key.clone(), setting.value.clone(), setting.origin.to_string()])
            .collect();
        output::table(&["SETTING", "VALUE", "FROM"], &rows)
    });
    Ok(())
}
