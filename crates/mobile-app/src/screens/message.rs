//! Screens that say one thing: loading, no internet, another window, a link in Safari, a problem.

use super::parts::{Weight, button, heading, notices};
use crate::{
    app::{App, Failure, Screen},
    platform::page,
    texts::{PRODUCT, Text},
};
use leptos::prelude::*;
use protocol::ProblemCode;

/// Reading storage and servers.
pub fn loading(app: App) -> impl IntoView {
    view! {
        {heading(PRODUCT.to_owned())}
        <p role="status">{app.say(Text::Loading)}</p>
    }
}

/// No internet at the start.
pub fn offline(app: App) -> impl IntoView {
    view! {
        {heading(app.say(Text::OfflineTitle))}
        <div role="alert" class="problem">
            <p>{app.say(Text::OfflineWhy)}</p>
            <p>{app.say(Text::OfflineNext)}</p>
        </div>
        <div class="actions">{button(app, app.say(Text::TryAgain), Weight::Primary, page::try_again)}</div>
    }
}

/// A newer window took over.
pub fn elsewhere(app: App) -> impl IntoView {
    view! {
        {heading(app.say(Text::ElsewhereTitle))}
        <p>{app.say(Text::ElsewhereText)}</p>
        <div class="actions">{button(app, app.say(Text::ContinueHere), Weight::Primary, page::reload)}</div>
    }
}

/// A link that Safari opened outside the installed app; nothing was used up.
pub fn ios(app: App) -> impl IntoView {
    view! {
        {heading(app.say(Text::IosTitle))}
        <p>{app.say(Text::IosText)}</p>
        <p>{app.say(Text::IosNext)}</p>
    }
}

/// What happened, why, what to do now.
pub fn problem(app: App, failure: Failure) -> impl IntoView {
    let Failure { title, sentences, small_print, code, switch_to, .. } = failure;
    let forgotten = code == ProblemCode::InstallationUnknown;
    let switch = switch_to.map(|id| {
        let name = app.others.with_untracked(|all| {
            all.iter().find(|s| s.id == id).map_or(String::new(), |s| super::parts::environment(app, s.environment))
        });
        button(app, app.fill(Text::UseServer, &[&name]), Weight::Secondary, move || app.switch(id.clone()))
    });
    view! {
        {heading(title)}
        <div role="alert" class="problem">
            {sentences.into_iter().map(|text| view! { <p>{text}</p> }).collect_view()}
            <p class="small">{small_print}</p>
        </div>
        {notices(app)}
        <div class="actions">
            {switch}
            {forgotten.then(|| button(app, app.say(Text::ForgetButton), Weight::Secondary, move || app.show(Screen::Forget)))}
            {button(app, app.say(Text::Close), Weight::Primary, move || leave(app))}
        </div>
    }
}

/// Back to the start; where even the start did not succeed, begin anew.
fn leave(app: App) {
    app.after.set(None);
    if app.look(|_| ()).is_some() { app.home() } else { page::reload() }
}
