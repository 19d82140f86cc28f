//! Sending what is in the outbox. A node takes a few mails in hand (a short transaction), sends them, and records how that went
//! with its log entry (another one). A node that dies in between leaves them in hand: after [`CLAIM_SECONDS`] another one
//! sends them again, under the same `Message-ID`.
//!
//! [`CLAIM_SECONDS`]: domain::mail::CLAIM_SECONDS

mod postman;

pub use postman::{Postman, Told};

use crate::{
    AppError, AppState,
    caller::Caller,
    services::{journal, live},
};
use domain::{
    log::Event,
    mail::{Attempt, Mail, MailStatus},
};
use std::{sync::Arc, time::Duration};

/// Topic that wakes the nodes that send.
pub const TOPIC: &str = "outbox";
/// The outbox is looked into at least this often: a mail that is tried again makes no noise, and a wake-up may be lost.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
/// Mails that a node has in hand: it sends them at the same time, so that all of them are done long before others may take them.
const IN_HAND: u32 = 4;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Taken by the mail server.
    pub sent: u64,
    /// To be tried again.
    pub later: u64,
    /// Given up.
    pub failed: u64,
}

/// Takes some mails in hand: nobody else sends them meanwhile.
pub async fn claim(app: &AppState) -> Result<Vec<Mail>, AppError> {
    let now = app.now();
    app.write(move |tx| {
        Box::pin(async move {
            let mut mails = tx.mails_due(now, IN_HAND).await?;
            for mail in &mut mails {
                mail.claim(now);
                tx.update_mail(mail).await?;
            }
            Ok(mails)
        })
    })
    .await
}

/// Records how a try went.
pub async fn record(app: &AppState, mail: &Mail, told: Told) -> Result<MailStatus, AppError> {
    let (state, id) = (app.clone(), mail.id);
    app.write(move |tx| {
        Box::pin(async move {
            // An operator or, after a very long pause, another node may have been faster.
            let Some(mut mail) = tx.mail(id).await?.filter(|mail| mail.status == MailStatus::Queued) else {
                return Ok(MailStatus::Sent);
            };
            mail.tried(told.attempt, state.now());
            tx.update_mail(&mail).await?;
            let event = match mail.status {
                MailStatus::Queued => return Ok(MailStatus::Queued),
                MailStatus::Sent => Event::MailSent,
                MailStatus::Failed => Event::MailFailed,
            };
            // Under the reference that the mail itself names.
            let caller = Caller { reference: mail.reference.clone(), ..Caller::system(&state) };
            let mut entry = journal::entry(&state, &caller, event).by_system().detail(mail.kind.as_str());
            if mail.status == MailStatus::Failed {
                // What the server said may name addresses; the log gets its code only.
                entry = entry.reason(&told.code);
            }
            if let Some(organisation) = mail.organisation {
                entry = entry.within(organisation);
            }
            if let Some(person) = mail.person {
                entry = entry.about(person);
            }
            entry.write(tx).await?;
            Ok(mail.status)
        })
    })
    .await
}

/// Sends one and records it.
async fn handle(app: &AppState, postman: &Postman, mail: &Mail) -> Result<MailStatus, AppError> {
    let told = postman.send(mail).await;
    if told.attempt != Attempt::Sent {
        tracing::warn!(mail = %mail.id, tries = mail.attempts + 1, said = told.code, "a mail was not taken");
    }
    record(app, mail, told).await
}

/// Sends until nothing is due.
pub async fn run(app: &AppState, postman: &Postman) -> Result<Run, AppError> {
    let mut run = Run::default();
    loop {
        let mails = claim(app).await?;
        if mails.is_empty() {
            return Ok(run);
        }
        let all = futures::future::join_all(mails.iter().map(|mail| handle(app, postman, mail)));
        for status in all.await {
            match status? {
                MailStatus::Sent => run.sent += 1,
                MailStatus::Queued => run.later += 1,
                MailStatus::Failed => run.failed += 1,
            }
        }
    }
}

/// Sends until the task is dropped. Without a mail server it does nothing: mails stay in the outbox, for `/dev/mail`.
pub async fn keep_sending(app: AppState, postman: Option<Arc<Postman>>) {
    let Some(postman) = postman else { return };
    loop {
        // Subscribed before the look, so that nothing falls between.
        let mut notifications = app.store.notifications();
        match run(&app, &postman).await {
            Ok(done) => {
                app.metrics.mails_sent.add(done.sent);
                app.metrics.mail_tries_failed.add(done.later + done.failed);
                app.metrics.mails_given_up.add(done.failed);
            }
            Err(error) => tracing::error!(cause = error.cause, "mails could not be sent"),
        }
        live::wait(&mut notifications, TOPIC, LOOK_AGAIN).await;
    }
}
