//! What every transaction needs besides its connection.

use domain::{Clock, Entropy};
use std::sync::Arc;

/// Clock, chance and the node's key.
#[derive(Clone)]
pub(crate) struct Context {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub node_key: [u8; 32],
}
