//! Spanish: every message as subject, text and short text.
//!
//! Never: a fact that the message does not carry.

use super::{minute, opened, value};
use fieldkeep_domain::notify::{FactorChange, Message, Withdrawn};

/// A message in Spanish.
pub fn words(message: &Message) -> (String, String, String) {
    match message {
        Message::Invitation { link, organization, from, expires } => {
            let (organization, from, until) = (value(organization), value(from), minute(*expires));
            (
                format!("Invitación a {organization}"),
                format!(
                    "{from} le invita a {organization} en Fieldkeep.\n\nAbra este enlace para aceptar. Sirve una vez, hasta {until}:\n\n{}\n\nSi no sabe por qué recibe esto, no haga nada.\n",
                    opened(link)
                ),
                format!("{from} le invita a {organization}, hasta {until}: {}", opened(link)),
            )
        }
        Message::Code { code, minutes } => (
            "Su código".into(),
            format!(
                "Su código es {}\n\nVale {minutes} minutos y una sola vez. Nadie de nosotros se lo pedirá nunca.\n\nSi no ha pedido ningún código, alguien puede conocer su contraseña: cámbiela.\n",
                opened(code)
            ),
            format!(
                "Fieldkeep: su código es {}. Vale {minutes} minutos. No lo comparta nunca.",
                opened(code)
            ),
        ),
        Message::ResetLink { link, hours } => (
            "Elija una contraseña nueva".into(),
            format!(
                "Abra este enlace para elegir una contraseña nueva. Sirve una vez, durante {hours} h:\n\n{}\n\nSi no lo ha pedido, avise a su administrador.\n",
                opened(link)
            ),
            format!("Elija una contraseña nueva en {hours} h: {}", opened(link)),
        ),
        other => account(other),
    }
}

/// What happens to an account and its keys.
fn account(message: &Message) -> (String, String, String) {
    match message {
        Message::NewSignIn { at, network, agent } => {
            let (at, network, agent) = (minute(*at), value(network), value(agent));
            (
                "Nuevo inicio de sesión en su cuenta".into(),
                format!(
                    "Alguien ha iniciado sesión en su cuenta.\n\nCuándo: {at}\nDesde: {network}\nCon: {agent}\n\nSi no ha sido usted, cierre todas las sesiones y cambie su contraseña ahora.\n"
                ),
                format!(
                    "Nuevo inicio de sesión en su cuenta, {at}, desde {network}. ¿No ha sido usted? Cierre todas las sesiones."
                ),
            )
        }
        Message::KeyExpiring { name, at } => {
            let (name, at) = (value(name), minute(*at));
            (
                format!("La clave {name} caduca pronto"),
                format!(
                    "La clave {name} caduca el {at}.\n\nRenuévela antes, con una fecha de fin posterior para la clave nueva: hasta entonces valen las dos.\n"
                ),
                format!("La clave {name} caduca el {at}. Renuévela antes."),
            )
        }
        Message::FactorRemoved { what, by } => {
            let (what, by) = (value(what), value(by));
            (
                "Se ha quitado un factor de acceso".into(),
                format!(
                    "Se ha quitado un factor de su cuenta.\n\nCuál: {what}\nPor: {by}\n\nSi no lo esperaba, avise ahora a su responsable de seguridad.\n"
                ),
                format!(
                    "Quitado de su cuenta: {what}, por {by}. ¿No lo esperaba? Avise a su responsable de seguridad."
                ),
            )
        }
        Message::FactorChanged { change, at, network } => {
            let (what, at, network) = (changed(*change), minute(*at), value(network));
            (
                "Ha cambiado su forma de acceso".into(),
                format!(
                    "Ha cambiado la forma de acceder a su cuenta.\n\nQué: {what}\nCuándo: {at}\nDesde: {network}\n\nSi no ha sido usted, cierre ahora todas las sesiones y avise a su administrador.\n"
                ),
                format!(
                    "Su forma de acceso cambió el {at}: {what}. ¿No ha sido usted? Avise ahora a su administrador."
                ),
            )
        }
        other => events(other),
    }
}

fn changed(change: FactorChange) -> &'static str {
    match change {
        FactorChange::Password => "la contraseña es otra",
        FactorChange::PasskeyAdded => "se ha añadido una llave de acceso",
        FactorChange::PasskeyRemoved => "se ha quitado una llave de acceso",
        FactorChange::Totp => "los códigos vienen de otra aplicación",
        FactorChange::Phone => "los códigos van a otro teléfono",
        FactorChange::Mail => "los códigos pueden llegar por correo electrónico",
        FactorChange::RecoveryCodes => "hay códigos de recuperación nuevos; los anteriores ya no sirven",
        FactorChange::IdentityAdded => "se ha vinculado un proveedor de identidad",
        FactorChange::IdentityRemoved => "se ha desvinculado un proveedor de identidad",
    }
}

/// What happens to a deployment, rather than to an account.
fn events(message: &Message) -> (String, String, String) {
    match message {
        Message::BreakGlass { by, until, reason } => {
            let (by, until, reason) = (value(by), minute(*until), value(reason));
            (
                "Se ha tomado el acceso de emergencia".into(),
                format!(
                    "Se ha tomado el acceso de emergencia.\n\nPor: {by}\nHasta: {until}\nMotivo indicado: {reason}\n\nCada paso queda registrado. Si no sabía de esto, actúe ahora.\n"
                ),
                format!("Acceso de emergencia tomado por {by}, hasta {until}: {reason}"),
            )
        }
        Message::QuarantineCause { device, project, reason } => {
            let why = cause(reason);
            (
                format!("Lecturas retenidas: {why}"),
                format!(
                    "Se retienen lecturas de un dispositivo.\n\nPor qué: {why} ({reason})\nDispositivo: {device}\nProyecto: {project}\n\nRevíselas en la cuarentena y libérelas o destrúyalas. De la misma causa no se avisa otra vez hasta que usted decida.\n"
                ),
                format!("Se retienen lecturas del dispositivo {device}: {why}"),
            )
        }
        Message::RefusedDevice { device, why } => {
            let why = withdrawn(*why);
            (
                "Un dispositivo retirado intenta conectarse".into(),
                format!(
                    "Un dispositivo que ya no se admite ha intentado conectarse y se ha rechazado.\n\nDispositivo: {device}\nPor qué: {why}\n\nAverigüe dónde está y quién lo usa. Se avisa una vez al día.\n"
                ),
                format!("Rechazado: dispositivo {device}, {why}"),
            )
        }
        Message::CloneSeen { device } => (
            "La clave de un dispositivo se usa dos veces".into(),
            format!(
                "Dos dispositivos hablan con la clave de uno.\n\nDispositivo: {device}\n\nSe restauró su imagen o se copió su clave. Suspéndalo hasta saber qué ha pasado.\n"
            ),
            format!("La clave del dispositivo {device} se usa dos veces. Suspéndalo hasta saber por qué."),
        ),
        _ => (
            "Mensaje de prueba".into(),
            "Esto es una prueba. Los mensajes de Fieldkeep llegan aquí.\n".into(),
            "Fieldkeep: esto es una prueba.".into(),
        ),
    }
}

fn withdrawn(why: Withdrawn) -> &'static str {
    match why {
        Withdrawn::Certificate => "su certificado está revocado",
        Withdrawn::Suspended => "está suspendido",
        Withdrawn::Revoked => "está revocado",
        Withdrawn::Retired => "está retirado",
    }
}

fn cause(reason: &str) -> &str {
    match reason {
        "undeclared-metric" => "una métrica que el proyecto no declara",
        "wrong-unit" => "una unidad distinta de la declarada",
        "wrong-kind" => "un texto donde se declara una magnitud",
        "outside-range" => "valores físicamente imposibles",
        "clock" => "horas que no pueden ser correctas",
        "repeated-gap" => "faltan lotes otra vez",
        "fork" => "dos historias de un mismo dispositivo",
        "rate" => "muchas más lecturas de las declaradas",
        "network" => "una red que no es la de su emplazamiento",
        other => other,
    }
}
