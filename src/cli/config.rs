//! `config`: the settings in force and where each came from.

use super::{Common, Failure, output};

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let report = common.settings(None)?.report();
    output::print(common.json, &report, || {
        let rows: Vec<Vec<String>> = report
            .iter()
            .map(|setting| vec![setting.key.clone(), setting.value.clone(), setting.origin.clone()])
            .collect();
        output::table(&["SETTING", "VALUE", "FROM"], &rows)
    });
    Ok(())
}
