use super::Feed;
use super::event::{Event, block};
use crate::fault::Kind;
use crate::limits::{EVENT_QUEUE_MAX, EVENT_STREAMS_EACH_MAX, EVENT_STREAMS_MAX};
use fieldkeep_api::LiveEvent;
use fieldkeep_domain::access::Action;
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{KeyId, OrganizationId, ProjectId};
use std::sync::Arc;

fn of(n: u8) -> (OrganizationId, ProjectId) {
    (OrganizationId::from_random([1; 16]), ProjectId::from_random([n; 16]))
}

fn doer(n: u64) -> Doer {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    Doer::Key(KeyId::from_random(id))
}

fn event(index: u64, n: u8) -> Arc<Event> {
    let (organization, project) = of(n);
    Arc::new(Event {
        index,
        project,
        action: Action::ProjectRead,
        place: Scope::Project { organization, project }.into(),
        text: block(Some(index), &LiveEvent::Behind { reason: "x".into() }),
    })
}

#[test]
fn a_stream_gets_its_project_from_where_it_came_in() {
    let feed = Arc::new(Feed::default());
    assert!(feed.wanted().is_none());
    let mut one = feed.enter(doer(1), of(1), 10).unwrap();
    assert_eq!((one.start, feed.wanted().unwrap().0), (10, 10));
    let read = [of(1)].into();
    assert!(feed.give(&read, &[event(10, 1), event(11, 1)], 12));
    let mut late = feed.enter(doer(2), of(2), 99).unwrap();
    assert_eq!(late.start, 12);
    // Read for the one project before the other was asked for: nothing is handed over, it is read again.
    assert!(!feed.give(&read, &[event(12, 1)], 13));
    assert!(feed.give(&[of(1), of(2)].into(), &[event(12, 1), event(13, 2)], 14));
    let indexes = |queue: &mut tokio::sync::mpsc::Receiver<Arc<Event>>| {
        std::iter::from_fn(|| queue.try_recv().ok()).map(|event| event.index).collect::<Vec<_>>()
    };
    assert_eq!((indexes(&mut one.queue), indexes(&mut late.queue)), (vec![10, 11, 12], vec![13]));
    drop(one);
    assert_eq!(feed.count(), 1);
}

#[test]
fn who_does_not_keep_up_is_dropped_and_nobody_else() {
    let feed = Arc::new(Feed::default());
    let slow = feed.enter(doer(1), of(1), 0).unwrap();
    let mut quick = feed.enter(doer(2), of(1), 0).unwrap();
    let read = [of(1)].into();
    for index in 0..=EVENT_QUEUE_MAX as u64 {
        assert!(feed.give(&read, &[event(index, 1)], index + 1));
        assert_eq!(quick.queue.try_recv().unwrap().index, index);
    }
    assert_eq!(feed.count(), 1);
    assert!(slow.why.get().unwrap().contains("slowly") && quick.why.get().is_none());
}

#[test]
fn streams_are_counted_and_given_back() {
    let feed = Arc::new(Feed::default());
    let mut open: Vec<_> =
        (0..EVENT_STREAMS_EACH_MAX).map(|_| feed.enter(doer(1), of(1), 0).unwrap()).collect();
    let fault = feed.enter(doer(1), of(1), 0).unwrap_err();
    assert_eq!((fault.kind, fault.retry_after_s.is_some()), (Kind::TooMany, true));
    open.extend((2..).take(EVENT_STREAMS_MAX - open.len()).map(|n| feed.enter(doer(n), of(1), 0).unwrap()));
    assert_eq!(feed.enter(doer(9_999), of(1), 0).unwrap_err().kind, Kind::TooMany);
    drop(open);
    assert!(feed.enter(doer(1), of(1), 0).is_ok());
    feed.close();
    assert_eq!(feed.enter(doer(1), of(1), 0).unwrap_err().kind, Kind::Unavailable);
}
