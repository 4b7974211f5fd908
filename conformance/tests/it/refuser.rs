//! A driver of a client that refuses every call, in nothing but `sh`; so its cases of forbidden
//! arguments pass, and whoever is harmed by what it does besides can be seen.

/// The refuser as a command. Before it answers a case whose id matches the `sh` pattern `at`, it
/// does what `besides` says, where `$case` is the case and `$line` all it was asked.
pub(crate) fn refuser(concurrency: usize, at: &str, besides: &str) -> Vec<String> {
    let hello = hello(1, concurrency);
    let script = format!(
        r#"read -r line; echo '{hello}'
answer() {{ echo "{{\"case\":\"$case\",\"refused\":{{\"message\":\"never\"}}}}"; }}
while read -r line; do
  case=${{line#*\"case\":\"}}; case=${{case%%\"*}}
  case $case in {at}) {besides} ;; esac
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

/// What the refuser says first.
pub(crate) fn hello(protocol: u32, concurrency: usize) -> String {
    format!(
        r#"{{"protocol":{protocol},"client":{{"name":"refuser","version":"1","language":"sh"}},"operations":["getMediaUploadURL"],"concurrency":{concurrency}}}"#
    )
}
