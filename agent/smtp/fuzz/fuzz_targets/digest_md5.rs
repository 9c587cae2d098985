//! libFuzzer's way into [`alertmail_smtp_fuzz::digest_md5`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    alertmail_smtp_fuzz::digest_md5(octets);
});
