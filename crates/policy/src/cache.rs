//! What was decided before. A key holds everything that a decision can depend on, the version of the policies too.

use crate::{Ask, CACHE_MAX, Decision};
use fieldkeep_domain::access::{Action, Place, RoleRef};
use fieldkeep_domain::audit::Doer;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Key {
    version: u64,
    doer: Doer,
    roles: Vec<RoleRef>,
    action: Action,
    place: Place,
    fresh: bool,
    approved: bool,
    address: Option<IpAddr>,
}

impl Key {
    pub fn new(version: u64, ask: &Ask<'_>) -> Self {
        Self {
            version,
            doer: ask.doer,
            roles: ask.roles.to_vec(),
            action: ask.action,
            place: ask.place.clone(),
            fresh: ask.fresh,
            approved: ask.approved,
            address: ask.address,
        }
    }
}

#[derive(Debug, Default)]
pub struct Cache(Mutex<HashMap<Key, Decision>>);

impl Cache {
    pub fn get(&self, key: &Key) -> Option<Decision> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
    pub fn put(&self, key: Key, decision: Decision) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Old versions are never asked for again; they leave with everything else.
        if known.len() >= CACHE_MAX {
            known.clear();
        }
        known.insert(key, decision);
    }
}
