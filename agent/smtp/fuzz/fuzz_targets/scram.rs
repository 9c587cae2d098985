//! libFuzzer's way into [`alertmail_smtp_fuzz::scram`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    alertmail_smtp_fuzz::scram(octets);
});
