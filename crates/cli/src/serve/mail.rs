//! The postman of the settings.

use crate::failure::Failure;
use portal::{config::MailConfig, outgoing::Postman};
use std::sync::Arc;

/// Who brings the mails; `None` without a mail server.
pub(crate) fn postman(config: &MailConfig, public_url: &str) -> Result<Option<Arc<Postman>>, Failure> {
    let postman = Postman::new(config, public_url);
    postman
        .map(|postman| postman.map(Arc::new))
        .map_err(|error| Failure::usage("the settings under [mail] cannot be used", error))
}
