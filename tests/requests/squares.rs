//! The squares say what stands beside them: read by a reader of somebody else's.

use super::pages::{Visitor, led_to, wallet_of};
use super::support::Server;

/// What a square on a page or a picture says to a camera: its modules, each some dots wide.
fn read(svg: &str) -> String {
    const DOTS: usize = 4;
    let side: usize = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let path = svg.split(" d=\"M").nth(1).unwrap().split('"').next().unwrap();
    let mut dark = vec![false; side * side];
    for module in path.split('M') {
        let (column, row) = module.split_once("h1").unwrap().0.split_once(' ').unwrap();
        dark[row.parse::<usize>().unwrap() * side + column.parse::<usize>().unwrap()] = true;
    }
    let width = side * DOTS;
    let mut image = rqrr::PreparedImage::prepare_from_bitmap(width, width, |x, y| dark[y / DOTS * side + x / DOTS]);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one square is seen");
    grids[0].decode().unwrap().1
}

/// The code to be paid by is the link below it, with everything in it.
#[tokio::test]
async fn the_code_is_the_link() {
    let server = Server::demo().await;
    let ann = Visitor::sign_in(&server, "ann").await;
    for (amount, note) in [("", ""), ("12", "Two loaves & jam"), ("9223372036854775807", "Brot für \u{1f33f}, 100 %")]
    {
        let query = serde_urlencoded::to_string([("amount", amount), ("note", note)]).unwrap();
        let page = ann.page(&format!("/receive?{query}"), 200).await;
        let link = page.split("data-link=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
        assert_eq!(read(page.split("<svg class=\"square\"").nth(1).unwrap()), link);
        let expected = format!("{}/pay/{}", server.base, wallet_of(&server, "ann"));
        assert!(link.starts_with(&expected), "{link}");
        let said: Vec<(String, String)> =
            serde_urlencoded::from_str(link.split_once('?').map_or("", |(_, query)| query)).unwrap();
        let wanted = [("amount", amount), ("note", note)].into_iter().filter(|(_, value)| !value.is_empty());
        assert!(said.iter().map(|(name, value)| (&**name, &**value)).eq(wanted), "{said:?}");
    }
}

/// The picture of a receipt holds the receipt itself, which stands by the public key alone; before a
/// checkpoint covers it as a promise, and afterwards as a proof.
#[tokio::test]
async fn the_picture_is_the_receipt() {
    let server = Server::demo().await;
    let ann = Visitor::sign_in(&server, "ann").await;
    server.cli(&["distribute", "--to", "ann=50", "--reason", "For the test", "--note", "Welcome <you>"]).ok();
    let wallet = ann.page("/", 200).await;
    let path = format!("/transactions/{}", &wallet.split("href=\"/transactions/").nth(1).unwrap()[..36]);
    let key = ann.page("/.well-known/communitytoken-key", 200).await;
    std::fs::write(server.path("community.key"), key).unwrap();
    for covered in [false, true] {
        if covered {
            server.cli(&["checkpoint"]).ok();
        }
        let picture = ann.page(&format!("{path}/receipt.svg"), 200).await;
        assert!(picture.contains("Welcome &#60;you&#62;"), "{picture}");
        let text = read(picture.split("<svg x=").nth(1).unwrap());
        assert_eq!(text, ann.page(&format!("{path}/receipt"), 200).await);
        assert_eq!(text.contains("\nindex "), covered, "{text}");
        std::fs::write(server.path("from-picture.txt"), text).unwrap();
        let checked = server.cli(&["verify", "--receipt", "from-picture.txt", "--public-key", "community.key"]);
        assert_eq!(checked.code, 0, "{checked:?}");
    }
    assert_eq!(
        led_to(&Visitor::nobody(&server).get(&format!("{path}/receipt.svg")).await).split('?').next(),
        Some("/login")
    );
}
