#![no_main]

use std::sync::LazyLock;

use arcidentity_testing::properties::Stage;

static STAGE: LazyLock<Stage> = LazyLock::new(Stage::set_up);

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    STAGE.exchange(data);
});
