//! Fees in the histories that people take away as tables.

use serde_json::json;

use super::pages::{Visitor, wallet_of};
use super::support::Server;

/// Each says in its last column of which payment a line is the fee: whoever reads columns by their place reads on.
#[tokio::test]
async fn a_fee_names_its_payment() {
    let server = Server::demo_with("[fees]\nfixed = 1\n").await;
    let (ann, maria) = (Visitor::sign_in(&server, "ann").await, Visitor::sign_in_as(&server, "maria").await);
    server.cli(&["distribute", "--to", "ann=300", "--reason", "For the test"]).ok();
    let member = server.stranger(server.run(&["token", "--member", "ann"]).stdout.trim().to_owned());
    let body = json!({ "to_wallet_id": wallet_of(&server, "maria"), "amount": 5 });
    let paid = member.post("/v1/transfers", &body).await.ok(201);
    let paid = paid["id"].as_str().unwrap();
    let statement = jiff::Timestamp::now().strftime("/history/statement.csv?month=%Y-%m").to_string();
    let tables = [
        ann.page("/profile/history.csv").await,
        ann.page(&statement).await,
        maria.page("/admin/transactions.csv").await,
        server.run(&["export", "--format", "csv"]).stdout,
        server.run(&["export", "--format", "csv", "--wallet", &wallet_of(&server, "ann")]).stdout,
    ];
    for table in tables {
        let last = last_column(&table);
        assert_eq!(last[0], "fee_of", "{table}");
        assert_eq!(last.iter().filter(|cell| *cell == paid).count(), 1, "{table}");
    }
}

fn last_column(table: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    reader.records().map(|row| row.unwrap().iter().next_back().unwrap().to_owned()).collect()
}
