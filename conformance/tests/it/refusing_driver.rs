//! A driver in `sh` whose client refuses every call. The cases that expect a refusal pass, so a test can do something else in the
//! driver and see which cases it affects.

/// The command of the driver. Before the driver answers a case whose id matches the `sh` pattern `at`, it runs `extra`. In
/// `extra`, `$case` is the id of the case and `$line` is the whole request.
pub(crate) fn refusing_driver(concurrency: usize, at: &str, extra: &str) -> Vec<String> {
    let info = info(1, concurrency);
    let script = format!(
        r#"read -r line; echo '{info}'
answer() {{ echo "{{\"case\":\"$case\",\"refused\":{{\"message\":\"never\"}}}}"; }}
while read -r line; do
  case=${{line#*\"case\":\"}}; case=${{case%%\"*}}
  case $case in {at}) {extra} ;; esac
  answer
done
"#
    );
    shell(&script)
}

/// A script as a command.
pub(crate) fn shell(script: &str) -> Vec<String> {
    ["sh", "-c", script].map(str::to_owned).to_vec()
}

/// The first message of the driver.
pub(crate) fn info(protocol: u32, concurrency: usize) -> String {
    format!(
        r#"{{"protocol":{protocol},"client":{{"name":"refusing-client","version":"1","language":"sh"}},"operations":["getMediaUploadURL"],"concurrency":{concurrency}}}"#
    )
}
