//! libFuzzer's way into [`enqueue_fuzz::sendmail`].
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    enqueue_fuzz::sendmail(octets);
});
