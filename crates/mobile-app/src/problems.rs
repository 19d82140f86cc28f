//! What a person is told when something fails: what happened, why, what to do now. The server brings its own words for
//! what it refuses; these are for what the app itself finds.

use crate::texts::Language;
use protocol::ProblemCode;

/// The three sentences of a problem that the app itself finds; `None` when only the server can find it.
pub fn sentences(code: ProblemCode, language: Language) -> Option<[&'static str; 3]> {
    let (dutch, english) = match code {
        ProblemCode::NotOurLink => (
            [
                "Deze link of code herkennen we niet",
                "Het is geen link of korte code van ZORG-ID, of er ontbreekt een stuk.",
                "Kopieer de hele link naast de QR-code, of typ de korte code van 8 of 16 tekens nog eens.",
            ],
            [
                "We do not recognise this link or code",
                "It is not a link or short code of ZORG-ID, or a part is missing.",
                "Copy the whole link beside the QR code, or type the short code of 8 or 16 characters again.",
            ],
        ),
        ProblemCode::ServerUnknown => (
            [
                "Deze QR-code is van een onbekende server",
                "De app werkt alleen met servers die zij kent. Misschien probeert iemand u te misleiden.",
                "Gebruik de QR-code niet. Open zelf de inlogpagina van uw organisatie.",
            ],
            [
                "This QR code is from an unknown server",
                "The app only works with servers that it knows. Somebody may be trying to mislead you.",
                "Do not use the QR code. Open your organisation's login page yourself.",
            ],
        ),
        ProblemCode::RequestSignature => (
            [
                "Deze vraag komt niet van de server die zij noemt",
                "De handtekening klopt niet. Misschien is het verkeer onderweg veranderd.",
                "Ga niet verder. Gebruik een ander netwerk, of vraag uw beheerder.",
            ],
            [
                "This request is not from the server that it names",
                "The signature is not right. Perhaps something was changed on the way.",
                "Do not continue. Use another network, or ask your manager.",
            ],
        ),
        ProblemCode::OtherEnvironment => (
            [
                "Deze QR-code is van de andere omgeving",
                "Acceptatie (test) en productie zijn gescheiden. De QR-code is nog niet gebruikt.",
                "Schakel over als u daar een ID hebt, of open de goede inlogpagina.",
            ],
            [
                "This QR code is of the other environment",
                "Acceptatie (test) and productie are separate. The QR code has not been used yet.",
                "Switch if you have an ID there, or open the right login page.",
            ],
        ),
        ProblemCode::IdentityUnknown => (
            [
                "U hebt hier nog geen ID",
                "In deze app staat geen ID voor deze server. De QR-code is nog niet gebruikt.",
                "Scan eerst de QR-code van uw registratie. Die krijgt u van uw beheerder, of bij Registreren met uw UZI-pas.",
            ],
            [
                "You have no ID here yet",
                "There is no ID for this server in the app. The QR code has not been used yet.",
                "First scan the QR code of your registration. You get it from your manager, or under Register with your UZI-pas.",
            ],
        ),
        ProblemCode::InstallationUnknown => (
            [
                "De server kent deze app niet meer",
                "De gegevens van deze app staan niet (meer) op de server.",
                "Maak de app leeg en activeer uw ID opnieuw met een nieuwe QR-code.",
            ],
            [
                "The server no longer knows this app",
                "The details of this app are not on the server (any more).",
                "Empty the app and activate your ID again with a new QR code.",
            ],
        ),
        ProblemCode::Unreachable => (
            [
                "De server is niet bereikbaar",
                "Er is geen internet, of de server antwoordt niet.",
                "Controleer wifi of mobiele data en probeer het opnieuw.",
            ],
            [
                "The server cannot be reached",
                "There is no internet, or the server does not answer.",
                "Check your wifi or mobile data and try again.",
            ],
        ),
        ProblemCode::Internal => (
            [
                "Er ging iets mis in de app",
                "De app kon haar gegevens niet lezen of bewaren, of de server gaf een onverwacht antwoord.",
                "Sluit de app en open hem opnieuw. Helpt dat niet, geef dan de code aan uw beheerder.",
            ],
            [
                "Something went wrong in the app",
                "The app could not read or keep its data, or the server gave an unexpected answer.",
                "Close the app and open it again. If that does not help, give the code to your manager.",
            ],
        ),
        ProblemCode::UnlockRequired => (
            [
                "Typ uw pincode opnieuw",
                "U typte uw pincode langer dan 15 minuten geleden.",
                "Typ uw pincode en probeer het daarna opnieuw.",
            ],
            ["Type your PIN again", "You typed your PIN more than 15 minutes ago.", "Type your PIN and try again."],
        ),
        ProblemCode::RequestExpired => (
            [
                "De tijd om te antwoorden is voorbij",
                "Een QR-code is maar kort geldig.",
                "Vraag op de computer een nieuwe QR-code.",
            ],
            [
                "The time to answer is over",
                "A QR code is valid for a short time only.",
                "Ask for a new QR code on the computer.",
            ],
        ),
        _ => return None,
    };
    Some(match language {
        Language::Dutch => dutch,
        Language::English => english,
    })
}
