//! An identity is offered to this phone; and its intrekkingscode afterwards.

use super::parts::{
    Weight, button, clock, countdown, digits as four_digits, environment, fact, heading, notices, organisation,
};
use crate::{
    app::{App, NewIdentity, Screen},
    texts::Text,
};
use domain::{BirthDate, request::PAIRING_SECONDS};
use leptos::{ev, prelude::*};
use wallet::{Activated, Asked};

/// Whose, which organisation, which environment; the birth date where the person registered themselves.
pub fn view(app: App, asked: Box<Asked>) -> impl IntoView {
    let claims = asked.claims.clone();
    let Some(offer) = claims.enrolment.clone() else {
        return view! { {heading(app.say(Text::ProblemTitle))} }.into_any();
    };
    let seconds = countdown(asked.received_at.0 + i64::from(claims.expires_in) * 1000);
    let operator = app.server.with(|s| s.as_ref().map(|s| s.operator.clone())).unwrap_or_default();
    let needs_date = offer.birth_date_required;
    let typed = RwSignal::new(String::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !event.is_trusted() || app.busy.get_untracked() {
            return;
        }
        let date = BirthDate::parse_typed(&typed.get_untracked());
        if needs_date && date.is_none() {
            return app.complain(app.say(Text::BirthDateInvalid));
        }
        app.notice.set(None);
        app.activate(asked.clone(), date.filter(|_| needs_date));
    };
    let field = needs_date.then(|| {
        view! {
            <div class="field">
                <label for="birth-date">{app.say(Text::BirthDate)}</label>
                <p class="muted" id="birth-date-hint">{app.say(Text::BirthDateHint)}</p>
                <input
                    id="birth-date" type="text" inputmode="numeric" autocomplete="off" maxlength="20"
                    aria-describedby="birth-date-hint notice" aria-invalid=move || app.notice.with(Option::is_some).then_some("true")
                    prop:value=move || typed.get()
                    on:input:target=move |event| typed.set(event.target().value())
                />
            </div>
        }
    });
    let time = move || match seconds.get() {
        0 => app.say(Text::TimeIsOver),
        left => app.fill(Text::MinutesLeft, &[&clock(left)]),
    };
    view! {
        {heading(app.say(Text::EnrolTitle))}
        <p>{app.say(Text::EnrolText)}</p>
        <dl>
            {fact(app.say(Text::EnrolName), offer.name.clone())}
            {claims.organisation.as_ref().map(|o| fact(app.say(Text::Organisation), organisation(app, o)))}
            {claims.asked_by.clone().map(|name| fact(app.say(Text::ShownBy), name))}
            {fact(app.say(Text::Environment), environment(app, claims.env))}
            {fact(app.say(Text::EnrolServer), operator)}
        </dl>
        <form on:submit=submit novalidate="">
            {field}
            <p class="hint">{app.say(Text::EnrolNotYou)}</p>
            {notices(app)}
            <div class="pair">
                {button(app, app.say(Text::Cancel), Weight::Secondary, move || app.home())}
                <button type="submit" class="button primary" aria-disabled=move || app.busy.get().then_some("true")>
                    {app.say(Text::Accept)}
                </button>
            </div>
        </form>
        <p class="timer" role="timer">{time}</p>
    }
    .into_any()
}

/// The digits that the beheerder types; then the intrekkingscode.
pub fn digits(app: App, new: NewIdentity) -> impl IntoView {
    let NewIdentity { activated, at } = new;
    let code = activated.pairing_code.as_ref().map(|code| code.reveal().to_owned()).unwrap_or_default();
    let next = move || app.show(Screen::Revocation(Box::new(activated.clone())));
    view! {
        {heading(app.say(Text::DigitsTitle))}
        <p class="label">{app.say(Text::DigitsLabel)}</p>
        {four_digits(app, code, at + PAIRING_SECONDS * 1000, Text::DigitsOver)}
        <p>{app.say(Text::DigitsText)}</p>
        <p>{app.say(Text::DigitsNext)}</p>
        <p class="hint">{app.say(Text::DigitsFailed)}</p>
        <div class="actions">{button(app, app.say(Text::Next), Weight::Primary, next)}</div>
    }
}

/// The intrekkingscode, shown once.
pub fn revocation(app: App, activated: Activated) -> impl IntoView {
    let ticked = RwSignal::new(false);
    let done = if activated.pairing_code.is_some() { Text::RevocationSoon } else { Text::RevocationDone };
    let next = move || {
        if ticked.get_untracked() {
            app.visit(Screen::Identities);
        } else {
            app.complain(app.say(Text::RevocationFirst));
        }
    };
    view! {
        {heading(app.say(Text::RevocationTitle))}
        <p class="done">{app.say(done)}</p>
        <p class="label">{app.say(Text::RevocationCode)}</p>
        <p class="code">{activated.revocation_code}</p>
        <p>{app.say(Text::RevocationText)}</p>
        <label class="tick">
            <input type="checkbox" prop:checked=move || ticked.get() on:change:target=move |event| ticked.set(event.target().checked())/>
            <span>{app.say(Text::RevocationTick)}</span>
        </label>
        {notices(app)}
        <div class="actions">{button(app, app.say(Text::Next), Weight::Primary, next)}</div>
    }
}
