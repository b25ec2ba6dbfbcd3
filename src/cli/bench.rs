use super::{Common, Failure};
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {}
impl Bench {
    pub(super) fn run(self, _c: &Common) -> Result<(), Failure> {
        Ok(())
    }
}
