-- 20,000 requests of 6,000 persons, like one that the product wrote itself (:number), for tests/test_plans.py.
-- Every column that decides a plan differs from row to row.
begin;
create temp table one as
  select r.*, c.wrapped as case_key from cases_request r join cases_case_key c on c.request_id = r.id
   where r.number = :number;
create temp table who as
  select p.*, k.wrapped, k.kek from people_person p join people_person_key k on k.person_id = p.id
   where p.id = (select person_id from one);
create temp table person as
  select nextval('people_person_id_seq') as id, n from generate_series(0, 5999) n;
insert into people_person
  select (jsonb_populate_record(w, jsonb_build_object('id', person.id, 'civil_index', sha256(person.n::text::bytea)))).*
    from person, (select p as w from people_person p where p.id = (select id from who)) p;
insert into people_person_key select person.id, who.wrapped, who.kek from who, person;
insert into people_session (id, person_id, started_at)
  select gen_random_uuid(), id, now() from person, generate_series(1, 4);

insert into people_fact (person_id, fact, source, sealed, known_at, holds_until)
  select person.id, 'fact.' || f, (array['masar', 'kw.moi.gdt', 'kw.moh', 'kw.km'])[1 + f % 4], '\x00',
         now() - n * interval '1 minute', now() - n * interval '1 minute' + interval '30 days'
    from person, generate_series(1, 8) f;

create temp table request as
  select nextval('cases_request_id_seq') as id, person.id as person_id, q.n, 10000000000 + q.n * 7 as number,
         (array['kw.moi.gdt', 'kw.moh', 'kw.km', 'kw.moe'])[1 + q.n % 4] as agency,
         now() - q.n * interval '7 minutes' as at,
         case when q.n % 3 > 0 then now() - q.n * interval '3 minutes' end as closed_at
    from generate_series(1, 20000) q(n) join person on person.n = q.n % 6000;
insert into cases_request
  select (jsonb_populate_record(r, jsonb_build_object(
           'id', q.id, 'number', q.number, 'person_id', q.person_id, 'agency_id', q.agency, 'opened_by', q.agency,
           'holder', q.agency, 'changed_at', q.at, 'closed_at', q.closed_at, 'first_received_at', q.at,
           'limit_at', case when q.n % 5 = 0 then q.at + interval '90 days' end))).*
    from (select r from cases_request r where r.number = :number) r, request q;
update cases_request r set parent_id = q.id from request q where q.n % 10 = 0 and r.id = q.id + 1;
insert into cases_directory
  select r.number, r.id, r.definition_id from cases_request r join request q on q.id = r.id;
insert into cases_reference (agency_id, ref, request_id) select agency, 'filler-' || n, id from request;
insert into cases_participation (agency_id, request_id, person_id, granted_by)
  select agency, id, person_id, agency from request;
insert into cases_case_key (request_id, person_id, wrapped)
  select q.id, q.person_id, one.case_key from one, request q;
insert into cases_event (received_at, id, request_id, person_id, agency_id, source, event_id, type, at, facts, is_late,
                         is_backfill, sealed)
  select q.at + k * interval '1 minute', gen_random_uuid(), q.id, q.person_id, q.agency,
         'urn:masar:' || q.agency || ':x', q.n || '-' || k, 'noted', q.at, '{}', false, false, '\x00'
    from request q, generate_series(1, 4) k;
insert into cases_seen (source, event_id, digest, request_id, person_id, agency_id)
  select e.source, e.event_id, '\x00', e.request_id, e.person_id, e.agency_id
    from cases_event e join request q on q.id = e.request_id;
insert into cases_parked (source, event_id, agency_id, subject, digest, sealed, received_at)
  select 'urn:masar:' || agency || ':x', 'parked-' || n, agency, 'ref:' || agency || ':' || n, '\x00', '\x00', at
    from request where n % 3 = 0;
insert into cases_conflict (id, agency_id, source, event_id, digest, sealed, received_at)
  select gen_random_uuid(), agency, 'urn:masar:' || agency || ':x', n::text, sha256(n::text::bytea), '\x00', at
    from request where n % 3 = 0;
insert into cases_outbox (request_id, person_id, number, seq) select id, person_id, number, 1 from request where n % 3 = 0;
insert into files_paper (id, person_id, sealed, sealed_name, media_type, size, made_at, handed_in)
  select gen_random_uuid(), person_id, '\x00', '\x00', 'image/png', 1, at, n % 2 = 0 from request;
insert into cases_paper (paper_id, person_id, request_id, document)
  select p.id, p.person_id, q.id, 'photo' from files_paper p join request q on q.person_id = p.person_id and q.at = p.made_at
   where p.handed_in and p.sealed = '\x00';
insert into cases_draft (id, person_id, definition_id, subject, sealed, made_at, changed_at)
  select gen_random_uuid(), person.id, r.definition_id, 'kw.moi.gdt.renew-driving-licence', '\x00', now(), now()
    from person, cases_request r where r.number = :number;
commit;
