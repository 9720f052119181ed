-- tenants.ensure
insert into "tenants" ("tenant_id", "name", "created_at") values (?, ?, ?) on conflict ("tenant_id") do nothing;

-- tenants.get
select * from "tenants" where "tenant_id" = ?;

-- accounts.hasAny
select "id" from "accounts" limit ?;

-- accounts.findByAddress
select * from "accounts" where "email" = ?;

-- accounts.get
select * from "accounts" where "id" = ?;

-- accounts.rename
update "accounts" set "name" = ?, "updated_at" = ? where "id" = ? returning *;

-- accounts.setPassword
update "accounts" set "password_hash" = ?, "updated_at" = ? where "id" = ?;

-- accounts.memberships
select "members"."tenant_id", "tenants"."name", "members"."role" from "members" inner join "tenants" on "tenants"."tenant_id" = "members"."tenant_id" where "members"."account_id" = ? order by "members"."created_at", "members"."tenant_id" limit ?;

-- accounts.saveSetupToken
insert into "settings" ("tenant_id", "id", "value_json", "updated_at", "updated_by") values (?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do update set "value_json" = ?, "updated_at" = ?, "updated_by" = ?;

-- accounts.setupTokenHash
select "value_json" from "settings" where "tenant_id" = ? and "id" = ?;

-- members.list
select "accounts"."id", "accounts"."email", "accounts"."name", "accounts"."created_at", "members"."role", "members"."created_at" as "since" from "members" inner join "accounts" on "accounts"."id" = "members"."account_id" where "members"."tenant_id" = ? order by "members"."created_at", "accounts"."id" limit ?;

-- members.found
insert into "tenants" ("tenant_id", "name", "created_at") values (?, ?, ?) on conflict ("tenant_id") do nothing;
insert into "members" ("tenant_id", "account_id", "role", "created_at", "created_by") values (?, ?, ?, ?, ?);

-- invitations.create
update "tenants" set "name" = "name" where "tenant_id" = ?;
delete from "invitations" where "tenant_id" = ? and "expires_at" <= ?;
select "role" from "invitations" where "tenant_id" = ? and "email" = ?;
select "accounts"."id", "accounts"."email", "accounts"."name", "accounts"."created_at", "members"."role", "members"."created_at" as "since" from "members" inner join "accounts" on "accounts"."id" = "members"."account_id" where "members"."tenant_id" = ? and "accounts"."email" = ?;
select count(*) as "count" from "invitations" where "tenant_id" = ?;
delete from "invitations" where "tenant_id" = ? and "email" = ?;
insert into "invitations" ("tenant_id", "id", "email", "role", "token_hash", "created_at", "created_by", "expires_at") values (?, ?, ?, ?, ?, ?, ?, ?);

-- invitations.list
select * from "invitations" where "tenant_id" = ? and "expires_at" > ? order by "created_at", "id" limit ?;

-- invitations.find
select * from "invitations" where "tenant_id" = ? and "id" = ? and "token_hash" = ? and "expires_at" > ?;

-- invitations.accept
update "tenants" set "name" = "name" where "tenant_id" = ?;
select * from "invitations" where "tenant_id" = ? and "id" = ? and "token_hash" = ? and "expires_at" > ?;
select count(*) as "count" from "members" where "tenant_id" = ?;
insert into "accounts" ("id", "email", "name", "password_hash", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?);
delete from "invitations" where "tenant_id" = ? and "id" = ?;
insert into "members" ("tenant_id", "account_id", "role", "created_at", "created_by") values (?, ?, ?, ?, ?);

-- invitations.revoke
update "tenants" set "name" = "name" where "tenant_id" = ?;
select "role" from "invitations" where "tenant_id" = ? and "id" = ? and "expires_at" > ?;
delete from "invitations" where "tenant_id" = ? and "id" = ?;

-- members.setRole
update "tenants" set "name" = "name" where "tenant_id" = ?;
select "accounts"."id", "accounts"."email", "accounts"."name", "accounts"."created_at", "members"."role", "members"."created_at" as "since" from "members" inner join "accounts" on "accounts"."id" = "members"."account_id" where "members"."tenant_id" = ? and "accounts"."id" = ?;
select count(*) as "count" from "members" where "tenant_id" = ? and "role" = ?;
select "role" from "members" where "tenant_id" = ? and "account_id" = ?;
update "members" set "role" = ? where "tenant_id" = ? and "account_id" = ?;
delete from "invitations" where "tenant_id" = ? and "created_by" = ? and "role" in (?);

-- signIns.create
delete from "sign_ins" where "tenant_id" = ? and "account_id" = ? and ("expires_at" <= ? or "revoked_at" is not null or "id" not in (select "id" from "sign_ins" where "tenant_id" = ? and "account_id" = ? order by "last_used_at" desc, "id" desc limit ?));
insert into "sign_ins" ("tenant_id", "id", "account_id", "refresh_hash", "user_agent", "created_at", "last_used_at", "expires_at", "revoked_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- signIns.find
select "accounts"."id", "accounts"."email", "accounts"."name", "accounts"."created_at", "members"."role" from "sign_ins" inner join "members" on "members"."tenant_id" = "sign_ins"."tenant_id" and "members"."account_id" = "sign_ins"."account_id" inner join "accounts" on "accounts"."id" = "sign_ins"."account_id" where "sign_ins"."tenant_id" = ? and "sign_ins"."id" = ? and "sign_ins"."account_id" = ? and "sign_ins"."revoked_at" is null and "sign_ins"."expires_at" > ?;

-- signIns.rotate
update "sign_ins" set "refresh_hash" = ?, "last_used_at" = ?, "expires_at" = ? where "tenant_id" = ? and "id" = ? and "refresh_hash" = ? and "revoked_at" is null and "expires_at" > ? returning "account_id";

-- signIns.revoke
update "sign_ins" set "revoked_at" = ? where "tenant_id" = ? and "id" = ? and "revoked_at" is null;

-- signIns.revokeOthers
update "sign_ins" set "revoked_at" = ? where "account_id" = ? and "revoked_at" is null and ("tenant_id" != ? or "id" != ?);

-- members.remove
update "tenants" set "name" = "name" where "tenant_id" = ?;
select "accounts"."id", "accounts"."email", "accounts"."name", "accounts"."created_at", "members"."role", "members"."created_at" as "since" from "members" inner join "accounts" on "accounts"."id" = "members"."account_id" where "members"."tenant_id" = ? and "accounts"."id" = ?;
select count(*) as "count" from "members" where "tenant_id" = ? and "role" = ?;
delete from "members" where "tenant_id" = ? and "account_id" = ?;
delete from "sign_ins" where "tenant_id" = ? and "account_id" = ?;
delete from "invitations" where "tenant_id" = ? and "created_by" = ?;

-- accounts.createFirst
update "tenants" set "name" = "name" where "tenant_id" = ?;
select "id" from "accounts" limit ?;
insert into "accounts" ("id", "email", "name", "password_hash", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?);
insert into "members" ("tenant_id", "account_id", "role", "created_at", "created_by") values (?, ?, ?, ?, ?);
delete from "settings" where "tenant_id" = ? and "id" = ?;

-- tenants.rename
update "tenants" set "name" = ? where "tenant_id" = ? returning *;

-- routers.create
update "tenants" set "name" = "name" where "tenant_id" = ?;
select "name" from "routers" where "tenant_id" = ?;
insert into "routers" ("tenant_id", "id", "name", "version", "created_at", "created_by", "updated_at", "updated_by", "definition_json") values (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- routers.find
select * from "routers" where "tenant_id" = ? and "name" = ?;

-- routers.get
select * from "routers" where "tenant_id" = ? and "id" = ?;

-- routers.update
update "routers" set "definition_json" = ?, "version" = "version" + ?, "updated_at" = ?, "updated_by" = ? where "tenant_id" = ? and "name" = ? and "version" = ? returning *;

-- routers.revisions
select "tenant_id", "id", "version" from "routers";

-- routers.delete
delete from "routers" where "tenant_id" = ? and "name" = ? returning "id";

-- panels.add
insert into "panel_feedback" ("tenant_id", "id", "panel", "member", "correct", "wrong", "updated_at") values (?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do update set "correct" = "panel_feedback"."correct" + ?, "wrong" = "panel_feedback"."wrong" + ?, "updated_at" = ?;

-- panels.list
select "panel", "member", "correct", "wrong" from "panel_feedback" where "tenant_id" = ? order by "id";

-- limits.put
update "tenants" set "name" = "name" where "tenant_id" = ?;
select "id" from "limits" where "tenant_id" = ?;
insert into "limits" ("tenant_id", "id", "rule_json", "updated_at", "updated_by") values (?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do update set "rule_json" = ?, "updated_at" = ?, "updated_by" = ?;

-- limits.list
select * from "limits" where "tenant_id" = ? order by "id";

-- limits.remove
delete from "limits" where "tenant_id" = ? and "id" = ?;

-- limits.everything
select * from "limits" order by "tenant_id", "id";

-- limits.marker
select count(*) as "count", max("updated_at") as "latest" from "budgets";

-- limits.addSpend
insert into "budget_spend" ("tenant_id", "id", "window_from", "window_to", "spent_nano_usd") values (?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do update set "spent_nano_usd" = "budget_spend"."spent_nano_usd" + "excluded"."spent_nano_usd";

-- limits.spends
select * from "budget_spend" where ("window_to" is null or "window_to" > ?);

-- limits.forgetSpends
delete from "budget_spend" where "window_to" <= ?;

-- usage.add
insert into "model_usage" ("tenant_id", "id", "run_id", "app_id", "end_user_id", "provider", "model", "calls", "prompt_tokens", "completion_tokens", "external_user", "key_id", "door", "router", "cache", "cached_tokens", "reasoning_tokens", "cost_nano_usd", "price_version", "estimated", "created_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do nothing;

-- usage.total
select sum("runs") as "runs", sum("failed") as "failed", sum("calls") as "calls", sum("prompt") as "prompt", sum("completion") as "completion", sum("cached") as "cached", sum("reasoning") as "reasoning", sum("cost") as "cost", sum("estimated") as "estimated", sum("unpriced") as "unpriced" from (select "app_id", "end_user_id" as "user", cast(null as text) as "key_id", cast(null as text) as "router", "created_at" / 86400000 as "day", 1 as "runs", case when "status" = ? then 1 else 0 end as "failed", 0 as "calls", 0 as "prompt", 0 as "completion", 0 as "cached", 0 as "reasoning", cast(null as bigint) as "cost", 0 as "estimated", 0 as "unpriced" from "runs" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ? union all select "app_id" as "app_id", coalesce("end_user_id", "external_user") as "user", "key_id" as "key_id", "router", "created_at" / 86400000 as "day", 0 as "runs", 0 as "failed", "calls", "prompt_tokens" as "prompt", "completion_tokens" as "completion", "cached_tokens" as "cached", "reasoning_tokens" as "reasoning", "cost_nano_usd" as "cost", case when model_usage.estimated = 1 then coalesce(model_usage.cost_nano_usd, 0) else 0 end as "estimated", case when model_usage.cost_nano_usd is null then model_usage.calls else 0 end as "unpriced" from "model_usage" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ?) as "booked";

-- usage.sums
select sum("runs") as "runs", sum("failed") as "failed", sum("calls") as "calls", sum("prompt") as "prompt", sum("completion") as "completion", sum("cached") as "cached", sum("reasoning") as "reasoning", sum("cost") as "cost", sum("estimated") as "estimated", sum("unpriced") as "unpriced", "booked"."app_id" as "key" from (select "app_id", "end_user_id" as "user", cast(null as text) as "key_id", cast(null as text) as "router", "created_at" / 86400000 as "day", 1 as "runs", case when "status" = ? then 1 else 0 end as "failed", 0 as "calls", 0 as "prompt", 0 as "completion", 0 as "cached", 0 as "reasoning", cast(null as bigint) as "cost", 0 as "estimated", 0 as "unpriced" from "runs" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ? union all select "app_id" as "app_id", coalesce("end_user_id", "external_user") as "user", "key_id" as "key_id", "router", "created_at" / 86400000 as "day", 0 as "runs", 0 as "failed", "calls", "prompt_tokens" as "prompt", "completion_tokens" as "completion", "cached_tokens" as "cached", "reasoning_tokens" as "reasoning", "cost_nano_usd" as "cost", case when model_usage.estimated = 1 then coalesce(model_usage.cost_nano_usd, 0) else 0 end as "estimated", case when model_usage.cost_nano_usd is null then model_usage.calls else 0 end as "unpriced" from "model_usage" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ?) as "booked" group by "booked"."app_id" order by sum("prompt") + sum("completion") desc, sum("runs") desc, "key" limit ?;
select sum("runs") as "runs", sum("failed") as "failed", sum("calls") as "calls", sum("prompt") as "prompt", sum("completion") as "completion", sum("cached") as "cached", sum("reasoning") as "reasoning", sum("cost") as "cost", sum("estimated") as "estimated", sum("unpriced") as "unpriced", "booked"."user" as "key" from (select "app_id", "end_user_id" as "user", cast(null as text) as "key_id", cast(null as text) as "router", "created_at" / 86400000 as "day", 1 as "runs", case when "status" = ? then 1 else 0 end as "failed", 0 as "calls", 0 as "prompt", 0 as "completion", 0 as "cached", 0 as "reasoning", cast(null as bigint) as "cost", 0 as "estimated", 0 as "unpriced" from "runs" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ? union all select "app_id" as "app_id", coalesce("end_user_id", "external_user") as "user", "key_id" as "key_id", "router", "created_at" / 86400000 as "day", 0 as "runs", 0 as "failed", "calls", "prompt_tokens" as "prompt", "completion_tokens" as "completion", "cached_tokens" as "cached", "reasoning_tokens" as "reasoning", "cost_nano_usd" as "cost", case when model_usage.estimated = 1 then coalesce(model_usage.cost_nano_usd, 0) else 0 end as "estimated", case when model_usage.cost_nano_usd is null then model_usage.calls else 0 end as "unpriced" from "model_usage" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ?) as "booked" group by "booked"."user" order by sum("prompt") + sum("completion") desc, sum("runs") desc, "key" limit ?;
select sum("runs") as "runs", sum("failed") as "failed", sum("calls") as "calls", sum("prompt") as "prompt", sum("completion") as "completion", sum("cached") as "cached", sum("reasoning") as "reasoning", sum("cost") as "cost", sum("estimated") as "estimated", sum("unpriced") as "unpriced", "booked"."key_id" as "key" from (select "app_id", "end_user_id" as "user", cast(null as text) as "key_id", cast(null as text) as "router", "created_at" / 86400000 as "day", 1 as "runs", case when "status" = ? then 1 else 0 end as "failed", 0 as "calls", 0 as "prompt", 0 as "completion", 0 as "cached", 0 as "reasoning", cast(null as bigint) as "cost", 0 as "estimated", 0 as "unpriced" from "runs" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ? union all select "app_id" as "app_id", coalesce("end_user_id", "external_user") as "user", "key_id" as "key_id", "router", "created_at" / 86400000 as "day", 0 as "runs", 0 as "failed", "calls", "prompt_tokens" as "prompt", "completion_tokens" as "completion", "cached_tokens" as "cached", "reasoning_tokens" as "reasoning", "cost_nano_usd" as "cost", case when model_usage.estimated = 1 then coalesce(model_usage.cost_nano_usd, 0) else 0 end as "estimated", case when model_usage.cost_nano_usd is null then model_usage.calls else 0 end as "unpriced" from "model_usage" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ?) as "booked" group by "booked"."key_id" order by sum("prompt") + sum("completion") desc, sum("runs") desc, "key" limit ?;
select sum("runs") as "runs", sum("failed") as "failed", sum("calls") as "calls", sum("prompt") as "prompt", sum("completion") as "completion", sum("cached") as "cached", sum("reasoning") as "reasoning", sum("cost") as "cost", sum("estimated") as "estimated", sum("unpriced") as "unpriced", "booked"."router" as "key" from (select "app_id", "end_user_id" as "user", cast(null as text) as "key_id", cast(null as text) as "router", "created_at" / 86400000 as "day", 1 as "runs", case when "status" = ? then 1 else 0 end as "failed", 0 as "calls", 0 as "prompt", 0 as "completion", 0 as "cached", 0 as "reasoning", cast(null as bigint) as "cost", 0 as "estimated", 0 as "unpriced" from "runs" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ? union all select "app_id" as "app_id", coalesce("end_user_id", "external_user") as "user", "key_id" as "key_id", "router", "created_at" / 86400000 as "day", 0 as "runs", 0 as "failed", "calls", "prompt_tokens" as "prompt", "completion_tokens" as "completion", "cached_tokens" as "cached", "reasoning_tokens" as "reasoning", "cost_nano_usd" as "cost", case when model_usage.estimated = 1 then coalesce(model_usage.cost_nano_usd, 0) else 0 end as "estimated", case when model_usage.cost_nano_usd is null then model_usage.calls else 0 end as "unpriced" from "model_usage" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ?) as "booked" group by "booked"."router" order by sum("prompt") + sum("completion") desc, sum("runs") desc, "key" limit ?;
select sum("runs") as "runs", sum("failed") as "failed", sum("calls") as "calls", sum("prompt") as "prompt", sum("completion") as "completion", sum("cached") as "cached", sum("reasoning") as "reasoning", sum("cost") as "cost", sum("estimated") as "estimated", sum("unpriced") as "unpriced", "booked"."day" as "key" from (select "app_id", "end_user_id" as "user", cast(null as text) as "key_id", cast(null as text) as "router", "created_at" / 86400000 as "day", 1 as "runs", case when "status" = ? then 1 else 0 end as "failed", 0 as "calls", 0 as "prompt", 0 as "completion", 0 as "cached", 0 as "reasoning", cast(null as bigint) as "cost", 0 as "estimated", 0 as "unpriced" from "runs" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ? union all select "app_id" as "app_id", coalesce("end_user_id", "external_user") as "user", "key_id" as "key_id", "router", "created_at" / 86400000 as "day", 0 as "runs", 0 as "failed", "calls", "prompt_tokens" as "prompt", "completion_tokens" as "completion", "cached_tokens" as "cached", "reasoning_tokens" as "reasoning", "cost_nano_usd" as "cost", case when model_usage.estimated = 1 then coalesce(model_usage.cost_nano_usd, 0) else 0 end as "estimated", case when model_usage.cost_nano_usd is null then model_usage.calls else 0 end as "unpriced" from "model_usage" where "tenant_id" = ? and "created_at" >= ? and "created_at" <= ? and "app_id" = ?) as "booked" group by "booked"."day" order by "key" desc limit ?;
select "id", "name" from "apps" where "tenant_id" = ? and "deleted_at" is null and "id" in (?);
select "id", "external_id" as "name" from "end_users" where "tenant_id" = ? and "id" in (?);

-- usage.sumsOfModels
select "model_usage"."provider", "model_usage"."model", count(distinct "model_usage"."run_id") as "runs", count(distinct "runs"."id") as "failed", sum("model_usage"."calls") as "calls", sum("model_usage"."prompt_tokens") as "prompt", sum("model_usage"."completion_tokens") as "completion", sum("model_usage"."cached_tokens") as "cached", sum("model_usage"."reasoning_tokens") as "reasoning", sum("model_usage"."cost_nano_usd") as "cost", sum(case when model_usage.estimated = 1 then coalesce(model_usage.cost_nano_usd, 0) else 0 end) as "estimated", sum(case when model_usage.cost_nano_usd is null then model_usage.calls else 0 end) as "unpriced" from "model_usage" left join "runs" on "runs"."tenant_id" = ? and "runs"."id" = "model_usage"."run_id" and "runs"."status" = ? where "model_usage"."tenant_id" = ? and "model_usage"."created_at" >= ? and "model_usage"."created_at" <= ? and "model_usage"."app_id" = ? group by "model_usage"."provider", "model_usage"."model" order by sum("model_usage"."prompt_tokens") + sum("model_usage"."completion_tokens") desc, sum("model_usage"."calls") desc, "model_usage"."provider", "model_usage"."model" limit ?;

-- apps.create
insert into "apps" ("tenant_id", "id", "name", "mode", "icon_type", "icon", "icon_background", "description", "published_version_id", "draft_document", "draft_updated_at", "api_enabled", "deleted_at", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
insert into "app_versions" ("tenant_id", "id", "name", "note", "document", "hash", "created_at", "created_by", "app_id", "number") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- apps.get
select "id", "name", "mode", "icon_type", "icon", "icon_background", "description", "published_version_id", "draft_updated_at", "api_enabled", "created_at", "updated_at" from "apps" where "tenant_id" = ? and "id" = ? and "deleted_at" is null;

-- apps.list
select "id", "name", "mode", "icon_type", "icon", "icon_background", "description", "published_version_id", "draft_updated_at", "api_enabled", "created_at", "updated_at" from "apps" where "tenant_id" = ? and "deleted_at" is null and ("created_at" < ? or ("created_at" = ? and "id" < ?)) order by "created_at" desc, "id" desc limit ?;

-- apps.update
update "apps" set "name" = ?, "description" = ?, "icon_type" = ?, "icon" = ?, "icon_background" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "deleted_at" is null returning "id", "name", "mode", "icon_type", "icon", "icon_background", "description", "published_version_id", "draft_updated_at", "api_enabled", "created_at", "updated_at";

-- apps.saveDraft
update "apps" set "updated_at" = "updated_at" where "tenant_id" = ? and "id" = ? and "deleted_at" is null returning "published_version_id", "draft_document";
select "hash" from "app_versions" where "tenant_id" = ? and "id" = ?;
update "apps" set "draft_document" = ?, "draft_updated_at" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? returning "id", "name", "mode", "icon_type", "icon", "icon_background", "description", "published_version_id", "draft_updated_at", "api_enabled", "created_at", "updated_at";

-- apps.getDraft
select "draft_document", "draft_updated_at" from "apps" where "tenant_id" = ? and "id" = ? and "deleted_at" is null;

-- versions.get
select * from "app_versions" where "tenant_id" = ? and "id" = ?;

-- versions.getPublished
select * from "app_versions" where "tenant_id" = ? and "id" = (select "apps"."published_version_id" from "apps" where "apps"."tenant_id" = ? and "apps"."id" = ? and "apps"."deleted_at" is null);

-- versions.list
select "id", "app_id", "number", "name", "note", "hash", "created_at", "created_by" from "app_versions" where "tenant_id" = ? and "app_id" = ? and "number" < ? order by "number" desc limit ?;

-- versions.publishDraft
update "apps" set "updated_at" = "updated_at" where "tenant_id" = ? and "id" = ? and "deleted_at" is null returning "published_version_id", "draft_document";
select max("number") as "number" from "app_versions" where "tenant_id" = ? and "app_id" = ?;
insert into "app_versions" ("tenant_id", "id", "name", "note", "document", "hash", "created_at", "created_by", "app_id", "number") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
update "apps" set "published_version_id" = ?, "draft_document" = ?, "draft_updated_at" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ?;

-- versions.publish
update "apps" set "updated_at" = "updated_at" where "tenant_id" = ? and "id" = ? and "deleted_at" is null returning "published_version_id", "draft_document";
select "hash" from "app_versions" where "tenant_id" = ? and "id" = ?;
select "id" from "app_versions" where "tenant_id" = ? and "app_id" = ? and "id" = ?;
update "apps" set "published_version_id" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ?;

-- keys.create
insert into "api_keys" ("tenant_id", "id", "scope", "app_id", "name", "prefix", "hash", "created_at", "created_by", "last_used_at", "revoked_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- keys.list
select * from "api_keys" where "tenant_id" = ? and "app_id" = ? order by "created_at" desc, "id" desc;

-- keys.page
select "api_keys".* from "api_keys" left join "apps" on "apps"."tenant_id" = ? and "apps"."id" = "api_keys"."app_id" where "api_keys"."tenant_id" = ? and "apps"."deleted_at" is null and "api_keys"."app_id" = ? and "api_keys"."scope" = ? and ("api_keys"."created_at" < ? or ("api_keys"."created_at" = ? and "api_keys"."id" < ?)) order by "api_keys"."created_at" desc, "api_keys"."id" desc limit ?;

-- keys.touch
update "api_keys" set "last_used_at" = ? where "tenant_id" = ? and "id" = ?;

-- keys.findByHash
select "api_keys"."tenant_id", "api_keys"."id", "api_keys"."scope", "api_keys"."app_id", "apps"."api_enabled" from "api_keys" left join "apps" on "apps"."tenant_id" = "api_keys"."tenant_id" and "apps"."id" = "api_keys"."app_id" and "apps"."deleted_at" is null where "api_keys"."hash" = ? and "api_keys"."revoked_at" is null;

-- keys.revoke
update "api_keys" set "revoked_at" = ? where "tenant_id" = ? and "id" = ? and "revoked_at" is null;

-- endUsers.find
select * from "end_users" where "tenant_id" = ? and "app_id" = ? and "origin" = ? and "external_id" = ?;

-- endUsers.ensure
select * from "end_users" where "tenant_id" = ? and "app_id" = ? and "origin" = ? and "external_id" = ?;
insert into "end_users" ("tenant_id", "id", "app_id", "origin", "external_id", "is_anonymous", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "app_id", "origin", "external_id") do update set "updated_at" = ? returning *;

-- endUsers.list
select * from "end_users" where "tenant_id" = ? and "app_id" = ? and "id" in (?);

-- endUsers.get
select * from "end_users" where "tenant_id" = ? and "id" = ?;

-- conversations.create
insert into "conversations" ("tenant_id", "id", "app_id", "end_user_id", "name", "introduction", "inputs_json", "variables_json", "dialogue_count", "revision", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- conversations.get
select * from "conversations" where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ?;

-- conversations.list
select * from "conversations" where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ?;
select * from "conversations" where "tenant_id" = ? and "app_id" = ? and "end_user_id" = ? and ("updated_at" < ? or ("updated_at" = ? and "id" < ?)) order by "updated_at" desc, "id" desc limit ?;

-- conversations.rename
update "conversations" set "name" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ? and "name" = ? returning *;

-- conversations.beginTurn
update "conversations" set "dialogue_count" = "dialogue_count" + ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ? returning *;

-- conversations.saveVariables
update "conversations" set "variables_json" = ?, "revision" = "revision" + ?, "updated_at" = ? where "tenant_id" = ? and "id" = ?;

-- conversations.advance
update "conversations" set "revision" = "revision" + ?, "updated_at" = ? where "tenant_id" = ? and "id" = ?;

-- conversations.replaceVariables
select * from "conversations" where "tenant_id" = ? and "id" = ? and "app_id" = ?;
update "conversations" set "variables_json" = ?, "revision" = "revision" + ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "app_id" = ? and "revision" = ? returning *;

-- messages.save
insert into "messages" ("tenant_id", "id", "app_id", "conversation_id", "end_user_id", "run_id", "query", "answer", "inputs_json", "files_json", "status", "error", "prompt_tokens", "completion_tokens", "cost_nano_usd", "elapsed_ms", "metadata_json", "created_at", "updated_at") select ? as "tenant_id", ? as "id", ? as "app_id", ? as "conversation_id", ? as "end_user_id", ? as "run_id", ? as "query", ? as "answer", ? as "inputs_json", ? as "files_json", ? as "status", ? as "error", ? as "prompt_tokens", ? as "completion_tokens", ? as "cost_nano_usd", ? as "elapsed_ms", ? as "metadata_json", ? as "created_at", ? as "updated_at" from "conversations" where "tenant_id" = ? and "id" = ? on conflict ("tenant_id", "id") do update set "answer" = "excluded"."answer", "files_json" = "excluded"."files_json", "status" = "excluded"."status", "error" = "excluded"."error", "prompt_tokens" = "excluded"."prompt_tokens", "completion_tokens" = "excluded"."completion_tokens", "cost_nano_usd" = "excluded"."cost_nano_usd", "elapsed_ms" = "excluded"."elapsed_ms", "metadata_json" = "excluded"."metadata_json", "updated_at" = "excluded"."updated_at";

-- messages.get
select "messages".*, "feedbacks"."rating", "feedbacks"."content" from "messages" left join "feedbacks" on "feedbacks"."tenant_id" = ? and "feedbacks"."message_id" = "messages"."id" and "feedbacks"."end_user_id" = "messages"."end_user_id" where "messages"."tenant_id" = ? and "messages"."id" = ? and "messages"."app_id" = ? and "messages"."end_user_id" = ?;

-- messages.exchanges
select "query", "answer" from "messages" where "tenant_id" = ? and "app_id" = ? and "conversation_id" = ? and "answer" != ? order by "created_at" desc, "id" desc limit ?;

-- messages.firstQuery
select "query" from "messages" where "tenant_id" = ? and "app_id" = ? and "conversation_id" = ? order by "created_at" asc, "id" asc limit ?;

-- messages.list
select "messages".*, "feedbacks"."rating", "feedbacks"."content" from "messages" left join "feedbacks" on "feedbacks"."tenant_id" = ? and "feedbacks"."message_id" = "messages"."id" and "feedbacks"."end_user_id" = "messages"."end_user_id" where "messages"."tenant_id" = ? and "messages"."id" = ? and "messages"."app_id" = ?;
select "messages".*, "feedbacks"."rating", "feedbacks"."content" from "messages" left join "feedbacks" on "feedbacks"."tenant_id" = ? and "feedbacks"."message_id" = "messages"."id" and "feedbacks"."end_user_id" = "messages"."end_user_id" where "messages"."tenant_id" = ? and "messages"."app_id" = ? and "messages"."conversation_id" = ? and ("messages"."created_at" < ? or ("messages"."created_at" = ? and "messages"."id" < ?)) order by "messages"."created_at" desc, "messages"."id" desc limit ?;

-- feedbacks.give
insert into "feedbacks" ("tenant_id", "id", "app_id", "message_id", "end_user_id", "rating", "content", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "message_id", "end_user_id") do update set "rating" = ?, "content" = ?, "updated_at" = ?;

-- feedbacks.list
select "feedbacks".*, "messages"."conversation_id" from "feedbacks" inner join "messages" on "messages"."tenant_id" = ? and "messages"."id" = "feedbacks"."message_id" where "feedbacks"."tenant_id" = ? and "feedbacks"."app_id" = ? order by "feedbacks"."created_at" desc, "feedbacks"."id" desc limit ? offset ?;

-- feedbacks.takeBack
delete from "feedbacks" where "tenant_id" = ? and "message_id" = ? and "end_user_id" = ?;

-- messageFiles.save
insert into "message_files" ("tenant_id", "id", "app_id", "message_id", "file_id", "type", "transfer_method", "url", "belongs_to", "filename", "mime_type", "size_bytes", "created_at") select ? as "tenant_id", ? as "id", ? as "app_id", ? as "message_id", ? as "file_id", ? as "type", ? as "transfer_method", ? as "url", ? as "belongs_to", ? as "filename", ? as "mime_type", ? as "size_bytes", ? as "created_at" from "messages" where "tenant_id" = ? and "id" = ? on conflict ("tenant_id", "id") do nothing;

-- messageFiles.list
select * from "message_files" where "tenant_id" = ? and "app_id" = ? and "message_id" in (?, ?) order by "created_at", "id";

-- messageFiles.find
select * from "message_files" where "tenant_id" = ? and "file_id" = ? order by case when "app_id" = ? then 0 else 1 end limit ?;

-- uploads.add
insert into "uploads" ("tenant_id", "id", "app_id", "end_user_id", "account_id", "filename", "extension", "mime_type", "size_bytes", "created_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning *;

-- uploads.get
select * from "uploads" where "tenant_id" = ? and "id" = ?;

-- uploads.list
select * from "uploads" where "tenant_id" = ? and ("created_at" < ? or ("created_at" = ? and "id" < ?)) order by "created_at" desc, "id" desc limit ?;

-- uploads.delete
delete from "uploads" where "tenant_id" = ? and "id" = ?;

-- conversationSearch.list
select "conversations"."id", "conversations"."app_id", "conversations"."name", "conversations"."inputs_json", "conversations"."dialogue_count", "conversations"."created_at", "conversations"."updated_at", "end_users"."external_id" from "conversations" inner join "apps" on "apps"."tenant_id" = ? and "apps"."id" = "conversations"."app_id" inner join "end_users" on "end_users"."tenant_id" = ? and "end_users"."id" = "conversations"."end_user_id" where "conversations"."tenant_id" = ? and "conversations"."app_id" = ? and "apps"."deleted_at" is null and "end_users"."external_id" = ? and ("conversations"."updated_at" < ? or ("conversations"."updated_at" = ? and "conversations"."id" < ?)) order by "conversations"."updated_at" desc, "conversations"."id" desc limit ?;

-- conversationSearch.appOf
select "conversations"."app_id" from "conversations" inner join "apps" on "apps"."tenant_id" = ? and "apps"."id" = "conversations"."app_id" where "conversations"."tenant_id" = ? and "conversations"."id" = ? and "apps"."deleted_at" is null;

-- runs.start
insert into "runs" ("tenant_id", "id", "app_id", "version_id", "end_user_id", "conversation_id", "message_id", "trace_id", "task_id", "owner", "mode", "source", "status", "inputs_json", "outputs_json", "error", "error_code", "steps", "tokens", "prompt_tokens", "completion_tokens", "cost_nano_usd", "exceptions", "created_at", "started_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- runs.get
select * from "runs" where "tenant_id" = ? and "id" = ? and "app_id" = ?;

-- runs.list
select count(*) as "total" from "runs" where "tenant_id" = ? and "app_id" = ? and "status" in (?) and "created_at" >= ? and "created_at" <= ? and "end_user_id" in (select "end_users"."id" from "end_users" where "end_users"."tenant_id" = ? and "end_users"."app_id" = ? and "end_users"."external_id" = ?) and (lower("inputs_json") like ? escape '\' or lower("outputs_json") like ? escape '\');
select "id", "app_id", "version_id", "end_user_id", "conversation_id", "message_id", "trace_id", "task_id", "mode", "source", "status", "error", "error_code", "steps", "tokens", "prompt_tokens", "completion_tokens", "cost_nano_usd", "exceptions", "created_at", "started_at", "finished_at", "elapsed_ms" from "runs" where "tenant_id" = ? and "app_id" = ? and "status" in (?) and "created_at" >= ? and "created_at" <= ? and "end_user_id" in (select "end_users"."id" from "end_users" where "end_users"."tenant_id" = ? and "end_users"."app_id" = ? and "end_users"."external_id" = ?) and (lower("inputs_json") like ? escape '\' or lower("outputs_json") like ? escape '\') order by "created_at" desc, "id" desc limit ? offset ?;

-- nodes.save
insert into "node_executions" ("tenant_id", "id", "run_id", "node_id", "node_type", "title", "position", "predecessor_id", "frame_json", "status", "inputs_json", "outputs_json", "process_data_json", "metadata_json", "error", "error_type", "tokens", "cost_nano_usd", "retries", "started_at", "finished_at", "elapsed_ms") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do update set "status" = "excluded"."status", "inputs_json" = "excluded"."inputs_json", "outputs_json" = "excluded"."outputs_json", "process_data_json" = "excluded"."process_data_json", "metadata_json" = "excluded"."metadata_json", "error" = "excluded"."error", "error_type" = "excluded"."error_type", "tokens" = "excluded"."tokens", "cost_nano_usd" = "excluded"."cost_nano_usd", "retries" = "excluded"."retries", "finished_at" = "excluded"."finished_at", "elapsed_ms" = "excluded"."elapsed_ms";

-- runSearch.list
select "runs"."id", "runs"."app_id", "runs"."version_id", "runs"."end_user_id", "runs"."conversation_id", "runs"."message_id", "runs"."trace_id", "runs"."task_id", "runs"."mode", "runs"."source", "runs"."status", "runs"."error", "runs"."error_code", "runs"."steps", "runs"."tokens", "runs"."prompt_tokens", "runs"."completion_tokens", "runs"."cost_nano_usd", "runs"."exceptions", "runs"."created_at", "runs"."started_at", "runs"."finished_at", "runs"."elapsed_ms", "apps"."name" as "app_name", "end_users"."external_id" from "runs" inner join "apps" on "apps"."tenant_id" = ? and "apps"."id" = "runs"."app_id" left join "end_users" on "end_users"."tenant_id" = ? and "end_users"."id" = "runs"."end_user_id" where "runs"."tenant_id" = ? and "apps"."deleted_at" is null and "runs"."app_id" = ? and "runs"."status" in (?) and "runs"."source" in (?) and "end_users"."external_id" = ? and "runs"."conversation_id" = ? and "runs"."trace_id" = ? and "runs"."created_at" >= ? and "runs"."created_at" <= ? and (lower("runs"."inputs_json") like ? escape '\' or lower("runs"."outputs_json") like ? escape '\') and ("runs"."created_at" < ? or ("runs"."created_at" = ? and "runs"."id" < ?)) order by "runs"."created_at" desc, "runs"."id" desc limit ?;

-- runSearch.get
select "runs".*, "apps"."name" as "app_name", "end_users"."external_id" from "runs" inner join "apps" on "apps"."tenant_id" = ? and "apps"."id" = "runs"."app_id" left join "end_users" on "end_users"."tenant_id" = ? and "end_users"."id" = "runs"."end_user_id" where "runs"."tenant_id" = ? and "apps"."deleted_at" is null and "runs"."id" = ?;

-- nodes.list
select * from "node_executions" where "tenant_id" = ? and "run_id" = ? order by "position", "id" limit ?;

-- nodes.stopWaiting
update "node_executions" set "status" = ?, "finished_at" = ? where "tenant_id" = ? and "run_id" = ? and "status" = ?;

-- pauses.save
insert into "run_pauses" ("tenant_id", "id", "app_id", "task_id", "state_json", "next_event", "paused_at") values (?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "id") do update set "state_json" = "excluded"."state_json", "next_event" = "excluded"."next_event", "paused_at" = "excluded"."paused_at";

-- pauses.get
select * from "run_pauses" where "tenant_id" = ? and "id" = ?;

-- pauses.byTask
select "id" from "run_pauses" where "tenant_id" = ? and "task_id" = ?;

-- pauses.remove
delete from "run_pauses" where "tenant_id" = ? and "id" = ?;

-- forms.add
insert into "forms" ("tenant_id", "id", "app_id", "run_id", "execution_id", "node_id", "node_title", "token", "request_json", "status", "expires_at", "created_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- forms.byToken
select * from "forms" where "tenant_id" = ? and "token" = ? and "app_id" = ?;

-- forms.get
select * from "forms" where "tenant_id" = ? and "id" = ?;

-- forms.ofRuns
select * from "forms" where "tenant_id" = ? and "run_id" in (?) order by "created_at", "id";

-- forms.list
select "forms".*, "apps"."name" as "app_name" from "forms" inner join "apps" on "apps"."tenant_id" = ? and "apps"."id" = "forms"."app_id" where "forms"."tenant_id" = ? and "apps"."deleted_at" is null and "forms"."app_id" = ? and "forms"."run_id" = ? and "forms"."status" = ? and ("forms"."created_at" < ? or ("forms"."created_at" = ? and "forms"."id" < ?)) order by "forms"."created_at" desc, "forms"."id" desc limit ?;

-- forms.due
select "tenant_id", "id", "run_id" from "forms" where "status" = ? and "expires_at" <= ? order by "expires_at" limit ?;

-- forms.nextExpiry
select "expires_at" from "forms" where "status" = ? order by "expires_at" limit ?;

-- forms.unheard
select "forms"."tenant_id", "forms"."id", "forms"."run_id" from "forms" inner join "runs" on "runs"."tenant_id" = "forms"."tenant_id" and "runs"."id" = "forms"."run_id" where "runs"."status" = ? and "forms"."status" in (?, ?) limit ?;

-- forms.answer
update "forms" set "status" = ?, "answer_json" = ?, "answered_by" = ?, "answered_at" = ? where "tenant_id" = ? and "id" = ? and "status" = ? and "expires_at" <= ?;
update "forms" set "status" = ?, "answer_json" = ?, "answered_by" = ?, "answered_at" = ? where "tenant_id" = ? and "id" = ? and "status" = ? and "expires_at" > ?;

-- forms.closeOf
update "forms" set "status" = ? where "tenant_id" = ? and "run_id" = ? and "status" = ?;

-- pauses.pause
update "runs" set "status" = ?, "steps" = ?, "tokens" = ?, "prompt_tokens" = ?, "completion_tokens" = ?, "cost_nano_usd" = ?, "exceptions" = ?, "elapsed_ms" = ? where "tenant_id" = ? and "id" = ? and "status" = ?;

-- pauses.claim
update "runs" set "status" = ?, "owner" = ? where "tenant_id" = ? and "id" = ? and "status" = ?;

-- runs.finish
update "runs" set "status" = ?, "outputs_json" = ?, "error" = ?, "error_code" = ?, "steps" = ?, "tokens" = ?, "prompt_tokens" = ?, "completion_tokens" = ?, "cost_nano_usd" = ?, "exceptions" = ?, "finished_at" = ?, "elapsed_ms" = ? where "tenant_id" = ? and "id" = ? and "status" in ('scheduled', 'running', 'paused');

-- runs.markInterrupted
insert into "runs" ("tenant_id", "id", "app_id", "version_id", "end_user_id", "conversation_id", "message_id", "trace_id", "task_id", "owner", "mode", "source", "status", "inputs_json", "outputs_json", "error", "error_code", "steps", "tokens", "prompt_tokens", "completion_tokens", "cost_nano_usd", "exceptions", "created_at", "started_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
select distinct "tenant_id", "owner" from "runs" where "status" in ('scheduled', 'running');
delete from "node_executions" where "tenant_id" = ? and "run_id" in (select "runs"."id" from "runs" inner join "run_pauses" on "run_pauses"."tenant_id" = "runs"."tenant_id" and "run_pauses"."id" = "runs"."id" where "runs"."tenant_id" = ? and "runs"."owner" = ? and "runs"."status" = ?) and "started_at" > (select "paused_at" from "run_pauses" where "run_pauses"."tenant_id" = ? and "run_pauses"."id" = "node_executions"."run_id");
update "runs" set "status" = ?, "exceptions" = "exceptions" + ? where "tenant_id" = ? and "owner" = ? and "status" = ? and "id" in (select "id" from "run_pauses" where "tenant_id" = ?);
update "node_executions" set "status" = ?, "error" = ?, "finished_at" = ? where "tenant_id" = ? and "status" = ? and "run_id" in (select "runs"."id" from "runs" where "runs"."tenant_id" = ? and "runs"."owner" = ? and "runs"."status" in ('scheduled', 'running'));
update "forms" set "status" = ? where "tenant_id" = ? and "status" = ? and "run_id" in (select "runs"."id" from "runs" where "runs"."tenant_id" = ? and "runs"."owner" = ? and "runs"."status" in ('scheduled', 'running'));
update "messages" set "status" = ?, "error" = ?, "updated_at" = ? where "tenant_id" = ? and "run_id" in (select "runs"."id" from "runs" where "runs"."tenant_id" = ? and "runs"."owner" = ? and "runs"."status" in ('scheduled', 'running'));
update "runs" set "status" = ?, "error" = ?, "error_code" = ?, "finished_at" = ?, "elapsed_ms" = ? - coalesce("started_at", "created_at") where "tenant_id" = ? and "owner" = ? and "status" in ('scheduled', 'running');

-- annotations.create
select count(*) as "total" from "annotations" where "tenant_id" = ? and "app_id" = ?;
insert into "annotations" ("tenant_id", "id", "app_id", "question", "answer", "hit_count", "vector", "vector_model", "created_by", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
update "annotation_settings" set "updated_at" = case when "updated_at" >= ? then "updated_at" + 1 else ? end where "tenant_id" = ? and "app_id" = ?;

-- annotations.update
update "annotations" set "question" = ?, "answer" = ?, "vector" = case when "question" = ? then "vector" else null end, "vector_model" = case when "question" = ? then "vector_model" else null end, "updated_at" = ? where "tenant_id" = ? and "app_id" = ? and "id" = ? returning *;
update "annotation_settings" set "updated_at" = case when "updated_at" >= ? then "updated_at" + 1 else ? end where "tenant_id" = ? and "app_id" = ?;

-- annotations.list
select count(*) as "total" from "annotations" where "tenant_id" = ? and "app_id" = ? and (lower("question") like ? escape '\' or lower("answer") like ? escape '\');
select "id", "app_id", "question", "answer", "hit_count", "created_at" from "annotations" where "tenant_id" = ? and "app_id" = ? and (lower("question") like ? escape '\' or lower("answer") like ? escape '\') order by "created_at" desc, "id" desc limit ? offset ?;

-- annotations.matchRows
select "id", "question", "vector", "vector_model", "created_at" from "annotations" where "tenant_id" = ? and "app_id" = ? and ("created_at" > ? or ("created_at" = ? and "id" > ?)) order by "created_at", "id" limit ?;

-- annotations.pending
select "id", "question" from "annotations" where "tenant_id" = ? and "app_id" = ? and ("vector" is null or "vector_model" != ?) order by "created_at", "id" limit ?;

-- annotations.saveVectors
update "annotations" set "vector" = ?, "vector_model" = ? where "tenant_id" = ? and "app_id" = ? and "id" = ? and "question" = ?;
update "annotation_settings" set "updated_at" = case when "updated_at" >= ? then "updated_at" + 1 else ? end where "tenant_id" = ? and "app_id" = ?;

-- annotations.hit
update "annotations" set "hit_count" = "hit_count" + ? where "tenant_id" = ? and "app_id" = ? and "id" = ?;
select "annotations"."id", "annotations"."question", "annotations"."answer", "annotations"."created_by", "accounts"."name" as "account_name", "api_keys"."name" as "key_name" from "annotations" left join "accounts" on "accounts"."id" = "annotations"."created_by" left join "api_keys" on "api_keys"."tenant_id" = ? and "api_keys"."id" = "annotations"."created_by" where "annotations"."tenant_id" = ? and "annotations"."id" = ?;

-- annotations.delete
delete from "annotations" where "tenant_id" = ? and "app_id" = ? and "id" = ?;
update "annotation_settings" set "updated_at" = case when "updated_at" >= ? then "updated_at" + 1 else ? end where "tenant_id" = ? and "app_id" = ?;

-- replies.settings
select * from "annotation_settings" where "tenant_id" = ? and "app_id" = ?;

-- replies.job
select * from "annotation_jobs" where "tenant_id" = ? and "app_id" = ? and "id" = ?;

-- replies.process
update "annotation_jobs" set "status" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "status" in (?, ?);

-- replies.complete
update "annotation_settings" set "updated_at" = "updated_at" where "tenant_id" = ? and "app_id" = ?;
update "annotation_jobs" set "status" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "status" in (?, ?);
update "annotation_settings" set "enabled" = ?, "updated_at" = case when "updated_at" >= ? then "updated_at" + 1 else ? end where "tenant_id" = ? and "app_id" = ?;

-- replies.fail
update "annotation_jobs" set "status" = ?, "error" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "status" in (?, ?);

-- replies.enable
insert into "annotation_settings" ("tenant_id", "app_id", "enabled", "score_threshold", "embedding_provider", "embedding_model", "updated_at") values (?, ?, ?, ?, ?, ?, ?) on conflict ("tenant_id", "app_id") do update set "score_threshold" = ?, "embedding_provider" = ?, "embedding_model" = ?, "enabled" = case when ("annotation_settings"."embedding_provider" = ? and "annotation_settings"."embedding_model" = ?) then "annotation_settings"."enabled" else 0 end, "updated_at" = case when "annotation_settings"."updated_at" >= ? then "annotation_settings"."updated_at" + 1 else ? end;
update "annotation_jobs" set "status" = ?, "error" = ?, "updated_at" = ? where "tenant_id" = ? and "app_id" = ? and "status" in (?, ?);
delete from "annotation_jobs" where "tenant_id" = ? and "app_id" = ? and "updated_at" < ?;
insert into "annotation_jobs" ("tenant_id", "id", "app_id", "action", "status", "error", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?);

-- replies.disable
update "annotation_settings" set "enabled" = ?, "updated_at" = case when "updated_at" >= ? then "updated_at" + 1 else ? end where "tenant_id" = ? and "app_id" = ?;
update "annotation_jobs" set "status" = ?, "error" = ?, "updated_at" = ? where "tenant_id" = ? and "app_id" = ? and "status" in (?, ?);
delete from "annotation_jobs" where "tenant_id" = ? and "app_id" = ? and "updated_at" < ?;
insert into "annotation_jobs" ("tenant_id", "id", "app_id", "action", "status", "error", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?);

-- replies.unfinished
select "tenant_id", "app_id", "id", "action" from "annotation_jobs" where "status" in (?, ?) order by "created_at", "id";

-- conversations.delete
delete from "conversations" where "tenant_id" = ? and "id" = ? and "app_id" = ? and "end_user_id" = ?;

-- apps.markDeleted
update "apps" set "deleted_at" = ?, "updated_at" = ? where "tenant_id" = ? and "id" = ? and "deleted_at" is null;
update "api_keys" set "revoked_at" = ? where "tenant_id" = ? and "app_id" = ? and "revoked_at" is null;

-- purge.deleted
select "tenant_id", "id" from "apps" where "deleted_at" is not null limit ?;

-- purge.tasksUnderWay
select "task_id" from "runs" where "tenant_id" = ? and "app_id" = ? and "status" in (?, ?, ?) limit ?;

-- purge.removeRuns
select "id" from "runs" where "tenant_id" = ? and "app_id" = ? limit ?;
delete from "node_executions" where "tenant_id" = ? and "id" in (select "node_executions"."id" from "node_executions" where "node_executions"."tenant_id" = ? and "node_executions"."run_id" in (?, ?, ?) limit ?);
delete from "runs" where "tenant_id" = ? and "id" in (?, ?, ?);

-- purge.some
select "id" from "messages" where "tenant_id" = ? and "app_id" = ? limit ?;
select "id" from "conversations" where "tenant_id" = ? and "app_id" = ? limit ?;
select "id" from "annotations" where "tenant_id" = ? and "app_id" = ? limit ?;
select "id" from "annotation_jobs" where "tenant_id" = ? and "app_id" = ? limit ?;
select "id" from "uploads" where "tenant_id" = ? and "app_id" = ? limit ?;
select "id" from "end_users" where "tenant_id" = ? and "app_id" = ? limit ?;
select "id" from "api_keys" where "tenant_id" = ? and "app_id" = ? limit ?;
select "id" from "app_versions" where "tenant_id" = ? and "app_id" = ? limit ?;

-- purge.filesOfMessages
select "file_id" from "message_files" where "tenant_id" = ? and "message_id" in (?) and "transfer_method" = ?;

-- purge.removeRows
select "id" from "messages" where "tenant_id" = ? and "app_id" = ? limit ?;
select "id" from "conversations" where "tenant_id" = ? and "app_id" = ? limit ?;
delete from "conversations" where "tenant_id" = ? and "id" in (?);
select "id" from "annotations" where "tenant_id" = ? and "app_id" = ? limit ?;
delete from "annotations" where "tenant_id" = ? and "id" in (?);
select "id" from "annotation_jobs" where "tenant_id" = ? and "app_id" = ? limit ?;
delete from "annotation_jobs" where "tenant_id" = ? and "id" in (?, ?, ?);
select "id" from "uploads" where "tenant_id" = ? and "app_id" = ? limit ?;
delete from "uploads" where "tenant_id" = ? and "id" in (?);
select "id" from "end_users" where "tenant_id" = ? and "app_id" = ? limit ?;
delete from "end_users" where "tenant_id" = ? and "id" in (?, ?);
select "id" from "api_keys" where "tenant_id" = ? and "app_id" = ? limit ?;
delete from "api_keys" where "tenant_id" = ? and "id" in (?, ?);
select "id" from "app_versions" where "tenant_id" = ? and "app_id" = ? limit ?;
delete from "app_versions" where "tenant_id" = ? and "id" in (?, ?);

-- purge.remove
delete from "apps" where "tenant_id" = ? and "id" = ? and "deleted_at" is not null;

