//! On a machine below a temporary folder, with stand-ins for its programs: nothing of the real one is touched.

use super::*;
use crate::commands::Env;
use crate::out::Out;
use fieldkeep_server::app::Folder;
use fieldkeep_server::clock::Clock;
use fieldkeep_trust::ca::Authority;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const DEBIAN: &str = "root/usr/local/share/ca-certificates";
const FEDORA: &str = "root/etc/pki/ca-trust/source/anchors";

struct Scene {
    at: TempDir,
    root: Root,
    machine: Machine,
}

fn scene(folders: &[&str], programs: &[&str]) -> Scene {
    let at = tempfile::tempdir().unwrap();
    for folder in folders.iter().chain(&["data", "home", "programs"]) {
        std::fs::create_dir_all(at.path().join(folder)).unwrap();
    }
    for name in programs {
        program(at.path(), name, "");
    }
    let clock = Clock::system();
    let authority = Authority::root("Test root", clock.now()).unwrap();
    let folder = Folder::new(&at.path().join("data"));
    std::fs::write(folder.certificate("root"), x509::to_pem("CERTIFICATE", authority.der())).unwrap();
    let env = Env { key: folder.operator_key(), folder, out: Out::new(false), clock };
    let root = Root::read(&env).unwrap();
    let machine = Machine::of(at.path());
    Scene { root, machine, at }
}

/// A stand-in that writes down how it was called, then does what it is told.
fn program(at: &Path, name: &str, then: &str) {
    let path = at.join("programs").join(name);
    let log = at.join("calls");
    let text = format!("#!/bin/sh\necho \"{name} $*\" >> '{}'\n{then}\n", log.display());
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

impl Scene {
    fn calls(&self) -> String {
        let text = std::fs::read_to_string(self.at.path().join("calls")).unwrap_or_default();
        text.replace(&self.at.path().display().to_string(), "@")
    }
    fn outcomes(steps: &[Step]) -> Vec<Outcome> {
        steps.iter().map(|step| step.outcome).collect()
    }
}

#[test]
fn what_is_shown_can_be_compared() {
    let scene = scene(&[], &[]);
    let root = &scene.root;
    let der = x509::from_pem(&std::fs::read_to_string(&root.path).unwrap()).unwrap().remove(0);
    let hex = fieldkeep_trust::hash::sha256(&[&der]).to_string();
    assert_eq!(root.fingerprint.replace(':', "").to_ascii_lowercase(), hex);
    assert_eq!((root.fingerprint.len(), root.subject.as_str()), (95, "CN=Test root"));
    assert!(root.path.is_absolute() && hex.starts_with(&root.short()));
    assert!(
        root.text().contains(&root.fingerprint) && root.text().contains("https://localhost:8443/root.pem")
    );
}

#[test]
fn a_folder_without_a_root_is_said_to() {
    let at = tempfile::tempdir().unwrap();
    let folder = Folder::new(at.path());
    let env = Env { key: folder.operator_key(), folder, out: Out::new(false), clock: Clock::system() };
    assert!(
        format!("{:#}", Root::read(&env).unwrap_err()).contains("name the deployment's folder with --data")
    );
    std::fs::write(env.folder.certificate("root"), "nonsense").unwrap();
    assert!(format!("{:#}", Root::read(&env).unwrap_err()).contains("is damaged"));
}

#[tokio::test]
async fn both_families_take_it_and_give_it_back() {
    for (folder, program, end, fresh) in [
        (DEBIAN, "update-ca-certificates", "crt", "update-ca-certificates --fresh\n"),
        (FEDORA, "update-ca-trust", "pem", "update-ca-trust \n"),
    ] {
        let scene = scene(&[folder], &[program]);
        let file = scene.at.path().join(folder).join(format!("fieldkeep-{}.{end}", scene.root.short()));
        for _ in 0..2 {
            let steps = scene.machine.install(&scene.root).await;
            assert_eq!(Scene::outcomes(&steps), [Outcome::Done, Outcome::Absent], "{steps:?}");
            assert_eq!(std::fs::read(&file).unwrap(), std::fs::read(&scene.root.path).unwrap());
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
        }
        assert!(scene.calls().starts_with(program));
        for _ in 0..2 {
            let steps = scene.machine.remove(&scene.root).await;
            assert_eq!(Scene::outcomes(&steps), [Outcome::Done, Outcome::Absent], "{steps:?}");
            assert!(!file.exists());
        }
        assert!(scene.calls().ends_with(fresh), "{}", scene.calls());
    }
}

#[tokio::test]
async fn browsers_take_it_where_certutil_is() {
    let scene = scene(&["home/.mozilla/firefox/a.default", "home/.mozilla/firefox/empty"], &[]);
    let made = format!(
        "case \"$*\" in *-N*) touch '{}' ;; esac",
        scene.at.path().join("home/.pki/nssdb/cert9.db").display()
    );
    program(scene.at.path(), "certutil", &made);
    std::fs::write(scene.at.path().join("home/.mozilla/firefox/a.default/cert9.db"), "").unwrap();
    let steps = scene.machine.install(&scene.root).await;
    assert_eq!(Scene::outcomes(&steps), [Outcome::Absent, Outcome::Done, Outcome::Done], "{steps:?}");
    let short = scene.root.short();
    let calls = [
        "certutil -d sql:@/home/.pki/nssdb -N --empty-password".to_owned(),
        format!("certutil -d sql:@/home/.pki/nssdb -n Fieldkeep {short} -A -t C,, -i @/data/root.pem"),
        format!(
            "certutil -d sql:@/home/.mozilla/firefox/a.default -n Fieldkeep {short} -A -t C,, -i @/data/root.pem"
        ),
    ];
    assert_eq!(scene.calls().lines().collect::<Vec<_>>(), calls);
    let steps = scene.machine.remove(&scene.root).await;
    assert!(steps.iter().all(Step::is_good) && steps.len() == 3, "{steps:?}");
    assert!(scene.calls().contains(&format!("sql:@/home/.pki/nssdb -n Fieldkeep {short} -D")));
}

/// A test that runs as root is refused nothing: what the system would answer is given.
#[test]
fn without_rights_the_commands_are_named_and_nothing_is_done() {
    let scene = scene(&[], &[]);
    let refused = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let file = Path::new("/usr/local/share/ca-certificates/fieldkeep-x.crt");
    let program = Path::new("/usr/sbin/update-ca-certificates");
    let step = |wanted, arguments: &'static [&str]| {
        stores::unchanged(&refused, file, wanted, || {
            stores::by_hand(&scene.root, file, program, arguments, wanted)
        })
    };
    let steps = vec![step(true, &[]), step(false, &["--fresh"])];
    assert_eq!(Scene::outcomes(&steps), [Outcome::Rights, Outcome::Rights]);
    let from = scene.root.path.display();
    let given = [
        format!("sudo install -m 644 {from} {}", file.display()),
        "sudo /usr/sbin/update-ca-certificates".to_owned(),
        format!("sudo rm {}", file.display()),
        "sudo /usr/sbin/update-ca-certificates --fresh".to_owned(),
    ];
    assert_eq!(steps.iter().flat_map(|step| step.commands.clone()).collect::<Vec<_>>(), given);
    let text =
        Installed { fingerprint: scene.root.fingerprint.clone(), own_certificate: false, steps }.text(false);
    assert!(text.contains("not yet") && !text.contains("Close and open"), "{text}");
}

#[tokio::test]
async fn a_program_that_fails_is_said_to_and_a_name_that_is_taken_too() {
    let scene = scene(&[DEBIAN], &[]);
    program(scene.at.path(), "update-ca-certificates", "echo 'no room' >&2; exit 1");
    program(scene.at.path(), "certutil", "exit 1");
    let steps = scene.machine.install(&scene.root).await;
    assert_eq!(Scene::outcomes(&steps), [Outcome::Failed, Outcome::Failed], "{steps:?}");
    assert!(steps[0].found.contains("failed: no room") && steps[0].commands.len() == 2, "{steps:?}");
    let file = scene.at.path().join(DEBIAN).join(format!("fieldkeep-{}.crt", scene.root.short()));
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(scene.machine.install(&scene.root).await[0].found.contains("nothing was changed"));
}
