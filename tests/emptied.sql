-- Takes out what tests/filled.sql put in: other tests of the same database look at every request.
begin;
delete from cases_paper where paper_id in (select id from files_paper where sealed = '\x00');
delete from files_paper where sealed = '\x00';
delete from cases_draft where sealed = '\x00';
create temp table gone as select id, person_id from cases_request where number between 10000000000 and 10000140000;
create index on gone (id);
analyze gone;
delete from cases_outbox where request_id in (select id from gone);
delete from cases_conflict where source like 'urn:masar:%:x' and sealed = '\x00';
delete from cases_parked where sealed = '\x00';
delete from cases_seen where request_id in (select id from gone);
delete from cases_event where request_id in (select id from gone);
delete from cases_case_key where request_id in (select id from gone);
delete from cases_participation where request_id in (select id from gone);
delete from cases_reference where request_id in (select id from gone);
delete from cases_directory where request_id in (select id from gone);
set local session_replication_role = replica;  -- no look at each child of each parent: all go
delete from cases_request where id in (select id from gone);
delete from people_fact where sealed = '\x00';
delete from people_session where person_id in (select person_id from gone);
delete from people_person_key where person_id in (select person_id from gone);
delete from people_person where id in (select person_id from gone);
commit;
