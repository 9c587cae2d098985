//! Every character that there is, alone and in a sentence, as Subject and as body, against the strict codec of Python.





use mime::{CharsetPolicy, Draft, Identity, Mailbox, compose};

use crate::sample::plain;

#[test]
fn time() {
    let identity = Identity { from: Mailbox { name: None, address: "a@example.jp".into() }, charset: CharsetPolicy::Auto };
    let start = std::time::Instant::now();
    let mut n = 0usize;
    for c in ('\0'..=char::MAX).step_by(50) {
        let t = format!("障害 {c} 発生");
        let d = Draft { subject: t.clone(), body: t, ..plain() };
        n += compose(&d, &identity).octets.len();
    }
    println!("{n} {:?}", start.elapsed());
}
