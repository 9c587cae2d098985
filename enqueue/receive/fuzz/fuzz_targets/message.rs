//! libFuzzer's way into [`alertmail_receive_fuzz::message`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    alertmail_receive_fuzz::message(octets);
});
