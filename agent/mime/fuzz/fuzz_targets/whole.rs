//! libFuzzer's way into [`alertmail_mime_fuzz::whole`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    alertmail_mime_fuzz::whole(octets);
});
