-- tenants.ensure
insert into "tenants" ("tenant_id", "name", "created_at") values (?, ?, ?) on conflict ("tenant_id") do nothing;

-- tenants.get
select * from "tenants" where "tenant_id" = ?;

-- apps.create
insert into "apps" ("tenant_id", "id", "name", "mode", "icon_type", "icon", "icon_background", "description", "published_version_id", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
insert into "app_versions" ("tenant_id", "id", "name", "note", "document", "hash", "created_at", "created_by", "app_id", "number") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- apps.get
select * from "apps" where "tenant_id" = ? and "id" = ?;

-- apps.list
select * from "apps" where "tenant_id" = ? and ("created_at" < ? or ("created_at" = ? and "id" < ?)) order by "created_at" desc, "id" desc limit ?;

-- apps.update
update "apps" set "name" = ?, "description" = ?, "icon_type" = ?, "icon" = ?, "icon_background" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? returning *;

-- apps.addVersion
select "id" from "apps" where "tenant_id" = ? and "id" = ?;
select max("number") as "number" from "app_versions" where "tenant_id" = ? and "app_id" = ?;
insert into "app_versions" ("tenant_id", "id", "name", "note", "document", "hash", "created_at", "created_by", "app_id", "number") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- apps.getVersion
select * from "app_versions" where "tenant_id" = ? and "id" = ?;

-- apps.getPublished
select * from "app_versions" where "tenant_id" = ? and "id" = (select "apps"."published_version_id" from "apps" where "apps"."tenant_id" = ? and "apps"."id" = ?);

-- apps.listVersions
select "id", "app_id", "number", "name", "note", "hash", "created_at", "created_by" from "app_versions" where "tenant_id" = ? and "app_id" = ? and "number" < ? order by "number" desc limit ?;

-- apps.publish
select "id" from "app_versions" where "tenant_id" = ? and "app_id" = ? and "id" = ?;
update "apps" set "published_version_id" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ?;

-- keys.create
insert into "api_keys" ("tenant_id", "id", "scope", "app_id", "name", "prefix", "hash", "created_at", "created_by", "last_used_at", "revoked_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- keys.list
select * from "api_keys" where "tenant_id" = ? and "app_id" = ? order by "created_at" desc, "id" desc;

-- keys.touch
update "api_keys" set "last_used_at" = ? where "tenant_id" = ? and "id" = ?;

-- keys.findByHash
select "tenant_id", "id", "scope", "app_id" from "api_keys" where "hash" = ? and "revoked_at" is null;

-- keys.revoke
update "api_keys" set "revoked_at" = ? where "tenant_id" = ? and "id" = ? and "revoked_at" is null;

-- endUsers.find
select * from "end_users" where "tenant_id" = ? and "app_id" = ? and "origin" = ? and "external_id" = ?;

-- endUsers.ensure
select * from "end_users" where "tenant_id" = ? and "app_id" = ? and "origin" = ? and "external_id" = ?;
insert into "end_users" ("tenant_id", "id", "app_id", "origin", "external_id", "is_anonymous", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "app_id", "origin", "external_id") do update set "updated_at" = ? returning *;

-- endUsers.get
select * from "end_users" where "tenant_id" = ? and "id" = ?;

-- conversations.create
insert into "conversations" ("tenant_id", "id", "app_id", "end_user_id", "name", "introduction", "inputs_json", "variables_json", "dialogue_count", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- conversations.get
select * from "conversations" where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ?;

-- conversations.list
select * from "conversations" where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ?;
select * from "conversations" where "tenant_id" = ? and "app_id" = ? and "end_user_id" = ? and ("updated_at" < ? or ("updated_at" = ? and "id" < ?)) order by "updated_at" desc, "id" desc limit ?;

-- conversations.rename
update "conversations" set "name" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ? returning *;

-- conversations.beginTurn
update "conversations" set "dialogue_count" = "dialogue_count" + ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ? returning *;

-- conversations.saveVariables
update "conversations" set "variables_json" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ?;

-- messages.save
insert into "messages" ("tenant_id", "id", "app_id", "conversation_id", "end_user_id", "run_id", "query", "answer", "inputs_json", "files_json", "status", "error", "prompt_tokens", "completion_tokens", "elapsed_ms", "metadata_json", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do update set "answer" = "excluded"."answer", "files_json" = "excluded"."files_json", "status" = "excluded"."status", "error" = "excluded"."error", "prompt_tokens" = "excluded"."prompt_tokens", "completion_tokens" = "excluded"."completion_tokens", "elapsed_ms" = "excluded"."elapsed_ms", "metadata_json" = "excluded"."metadata_json", "updated_at" = "excluded"."updated_at";

-- messages.get
select "messages".*, "feedbacks"."rating", "feedbacks"."content" from "messages" left join "feedbacks" on "feedbacks"."tenant_id" = ? and "feedbacks"."message_id" = "messages"."id" and "feedbacks"."end_user_id" = "messages"."end_user_id" where "messages"."tenant_id" = ? and "messages"."id" = ? and "messages"."app_id" = ? and "messages"."end_user_id" = ?;

-- messages.list
select "messages".*, "feedbacks"."rating", "feedbacks"."content" from "messages" left join "feedbacks" on "feedbacks"."tenant_id" = ? and "feedbacks"."message_id" = "messages"."id" and "feedbacks"."end_user_id" = "messages"."end_user_id" where "messages"."tenant_id" = ? and "messages"."id" = ? and "messages"."app_id" = ?;
select "messages".*, "feedbacks"."rating", "feedbacks"."content" from "messages" left join "feedbacks" on "feedbacks"."tenant_id" = ? and "feedbacks"."message_id" = "messages"."id" and "feedbacks"."end_user_id" = "messages"."end_user_id" where "messages"."tenant_id" = ? and "messages"."app_id" = ? and "messages"."conversation_id" = ? and ("messages"."created_at" < ? or ("messages"."created_at" = ? and "messages"."id" < ?)) order by "messages"."created_at" desc, "messages"."id" desc limit ?;

-- feedbacks.give
insert into "feedbacks" ("tenant_id", "id", "app_id", "message_id", "end_user_id", "rating", "content", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "message_id", "end_user_id") do update set "rating" = ?, "content" = ?, "updated_at" = ?;

-- feedbacks.list
select "feedbacks".*, "messages"."conversation_id" from "feedbacks" inner join "messages" on "messages"."tenant_id" = ? and "messages"."id" = "feedbacks"."message_id" where "feedbacks"."tenant_id" = ? and "feedbacks"."app_id" = ? order by "feedbacks"."created_at" desc, "feedbacks"."id" desc limit ? offset ?;

-- feedbacks.takeBack
delete from "feedbacks" where "tenant_id" = ? and "message_id" = ? and "end_user_id" = ?;

-- runs.start
insert into "runs" ("tenant_id", "id", "app_id", "version_id", "end_user_id", "conversation_id", "task_id", "owner", "mode", "source", "status", "inputs_json", "outputs_json", "error", "error_code", "steps", "tokens", "exceptions", "created_at", "started_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- runs.get
select * from "runs" where "tenant_id" = ? and "id" = ? and "app_id" = ?;

-- runs.list
select count(*) as "total" from "runs" where "tenant_id" = ? and "app_id" = ? and "status" in (?) and "created_at" >= ? and "created_at" <= ? and "end_user_id" in (select "end_users"."id" from "end_users" where "end_users"."tenant_id" = ? and "end_users"."app_id" = ? and "end_users"."external_id" = ?) and (lower("inputs_json") like ? escape '\' or lower("outputs_json") like ? escape '\');
select "id", "app_id", "version_id", "end_user_id", "conversation_id", "task_id", "mode", "source", "status", "error", "error_code", "steps", "tokens", "exceptions", "created_at", "started_at", "finished_at", "elapsed_ms" from "runs" where "tenant_id" = ? and "app_id" = ? and "status" in (?) and "created_at" >= ? and "created_at" <= ? and "end_user_id" in (select "end_users"."id" from "end_users" where "end_users"."tenant_id" = ? and "end_users"."app_id" = ? and "end_users"."external_id" = ?) and (lower("inputs_json") like ? escape '\' or lower("outputs_json") like ? escape '\') order by "created_at" desc, "id" desc limit ? offset ?;

-- nodes.save
insert into "node_executions" ("tenant_id", "id", "run_id", "node_id", "node_type", "title", "position", "predecessor_id", "frame_json", "status", "inputs_json", "outputs_json", "process_data_json", "metadata_json", "error", "error_type", "tokens", "retries", "started_at", "finished_at", "elapsed_ms") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do update set "status" = "excluded"."status", "inputs_json" = "excluded"."inputs_json", "outputs_json" = "excluded"."outputs_json", "process_data_json" = "excluded"."process_data_json", "metadata_json" = "excluded"."metadata_json", "error" = "excluded"."error", "error_type" = "excluded"."error_type", "tokens" = "excluded"."tokens", "retries" = "excluded"."retries", "finished_at" = "excluded"."finished_at", "elapsed_ms" = "excluded"."elapsed_ms";

-- nodes.list
select * from "node_executions" where "tenant_id" = ? and "run_id" = ? order by "position", "id";

-- runs.finish
update "runs" set "status" = ?, "outputs_json" = ?, "error" = ?, "error_code" = ?, "steps" = ?, "tokens" = ?, "exceptions" = ?, "finished_at" = ?, "elapsed_ms" = ? where "tenant_id" = ? and "id" = ? and "status" in ('scheduled', 'running');

-- runs.markInterrupted
insert into "runs" ("tenant_id", "id", "app_id", "version_id", "end_user_id", "conversation_id", "task_id", "owner", "mode", "source", "status", "inputs_json", "outputs_json", "error", "error_code", "steps", "tokens", "exceptions", "created_at", "started_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
select distinct "tenant_id", "owner" from "runs" where "status" in ('scheduled', 'running');
update "node_executions" set "status" = ?, "error" = ?, "finished_at" = ? where "tenant_id" = ? and "status" = ? and "run_id" in (select "runs"."id" from "runs" where "runs"."tenant_id" = ? and "runs"."owner" = ? and "runs"."status" in ('scheduled', 'running'));
update "runs" set "status" = ?, "error" = ?, "error_code" = ?, "finished_at" = ?, "elapsed_ms" = ? - coalesce("started_at", "created_at") where "tenant_id" = ? and "owner" = ? and "status" in ('scheduled', 'running');

-- conversations.delete
delete from "conversations" where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ?;

-- apps.delete
delete from "apps" where "tenant_id" = ? and "id" = ?;

