//! Ids that people type.

use super::*;
use crate::command::select;

#[test]
fn the_beginning_of_an_id_has_to_name_one_alert() {
    let view = Spool::with_everything().view();
    assert_eq!(select::find(&view, "01M88AC").expect("one").id, id(60));
    let ambiguous = select::find(&view, "01m88a").expect_err("several").to_string();
    assert!(ambiguous.starts_with("5 ids begin with `01m88a`: 01m8"), "{ambiguous}");
    let nobody = select::find(&view, "zz\u{1b}").expect_err("none").to_string();
    assert_eq!(nobody, "no alert's id begins with `zz\u{fffd}`; see: alertmail list --all");
}
