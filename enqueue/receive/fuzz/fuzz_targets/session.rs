//! libFuzzer's way into [`alertmail_receive_fuzz::session`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    alertmail_receive_fuzz::session(octets);
});
