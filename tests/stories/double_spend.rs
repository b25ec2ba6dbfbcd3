//! Double spending: many clients spend the same balance at the same moment.

use super::support::Server;

/// 100 clients spend one balance at once, round after round: exactly what it allows succeeds, and
/// the rest is refused for want of tokens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_is_spent_once() {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    for round in 0..12 {
        let (balance, amount) = (37 + round * 11, 3 + round);
        let before = (ann.balance().await, bob.balance().await);
        server.fund(&ann, balance).await;
        let payments: Vec<_> = (0..100)
            .map(|_| {
                let (ann, bob) = (ann.clone(), bob.clone());
                tokio::spawn(async move { ann.pay(&bob, amount).await })
            })
            .collect();
        let mut paid = 0;
        for payment in payments {
            let answer = payment.await.unwrap();
            match answer.status {
                201 => paid += 1,
                _ => {
                    answer.refused(422, "insufficient_balance");
                }
            }
        }
        let held = before.0 + balance;
        assert_eq!(paid, held / amount, "round {round}");
        assert_eq!(ann.balance().await, held % amount);
        assert_eq!(bob.balance().await, before.1 + paid * amount);
    }
    server.assert_sound().await;
}
