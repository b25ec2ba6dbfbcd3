//! Refusals that a page tells beside its form: such an answer is a page like any other and carries no error any
//! more, and those who count refusals are to hear of it all the same.

use std::cell::Cell;

use crate::error::Code;

tokio::task_local! {
    static TOLD: Cell<Option<Code>>;
}

/// Answers a request, and gives the refusal that was put into words for it: the first, for what else stands on the
/// page came before.
pub(super) async fn listen<T>(answering: impl Future<Output = T>) -> (T, Option<Code>) {
    let told = async {
        let answer = answering.await;
        (answer, TOLD.with(Cell::get))
    };
    TOLD.scope(Cell::new(None), told).await
}

/// A refusal is put into words.
pub fn note(code: Code) {
    // In a letter, say, it is told to nobody who asks.
    let _no_request = TOLD.try_with(|told| told.set(told.get().or(Some(code))));
}
