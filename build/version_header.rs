//! The header `api-version`, which the generator has every operation send: no document asks for it.

use quote::ToTokens;
use syn::{ImplItemFn, Stmt};

/// Takes it out of an operation's method. `None` if it is not there as expected. A parameter that happens to have its name stays.
pub(super) fn remove(method: &mut ImplItemFn) -> Option<()> {
    let statements = &mut method.block.stmts;
    let place = statements.iter().position(sends_version)?;
    statements.remove(place);
    Some(())
}

fn sends_version(statement: &Stmt) -> bool {
    statement.to_token_stream().to_string().contains("Self :: api_version ()")
}
