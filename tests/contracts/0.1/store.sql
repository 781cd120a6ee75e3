BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alerts (
	"key" VARCHAR(300) NOT NULL, 
	"group" VARCHAR(300) NOT NULL, 
	deployment VARCHAR(200) NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	subject TEXT NOT NULL, 
	severity VARCHAR(20) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	summary TEXT NOT NULL, 
	link TEXT, 
	breaches INTEGER NOT NULL, 
	calm INTEGER NOT NULL, 
	first_at FLOAT NOT NULL, 
	last_at FLOAT NOT NULL, 
	fired_at FLOAT, 
	resolved_at FLOAT, 
	CONSTRAINT pk_alerts PRIMARY KEY ("key")
);
CREATE TABLE aliases (
	model VARCHAR(200) NOT NULL, 
	alias VARCHAR(40) NOT NULL, 
	version INTEGER NOT NULL, 
	set_at FLOAT NOT NULL, 
	CONSTRAINT pk_aliases PRIMARY KEY (model, alias), 
	CONSTRAINT fk_aliases_model FOREIGN KEY(model) REFERENCES models (name)
);
INSERT INTO "aliases" VALUES('churn','candidate',1,1.79612828078570652004e+09);
INSERT INTO "aliases" VALUES('churn','champion',1,1.79612830271475434297e+09);
CREATE TABLE api_keys (
	id VARCHAR(40) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	deployments TEXT NOT NULL, 
	requests_per_s FLOAT, 
	created_at FLOAT NOT NULL, 
	expires_at FLOAT, 
	revoked_at FLOAT, 
	CONSTRAINT pk_api_keys PRIMARY KEY (id), 
	CONSTRAINT uq_api_keys_sha256 UNIQUE (sha256)
);
INSERT INTO "api_keys" VALUES('74c8ca89ec13','churn','5f99090810587e235713de1714d179e808cdff63c2a571bb8b16b371e410951f','[]',NULL,1.79612833565320062639e+09,NULL,NULL);
CREATE TABLE approvals (
	id INTEGER NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	version INTEGER NOT NULL, 
	manifest_sha256 VARCHAR(80) NOT NULL, 
	approver VARCHAR(200) NOT NULL, 
	document TEXT NOT NULL, 
	approved_at FLOAT NOT NULL, 
	revoked_at FLOAT, 
	revoked_by VARCHAR(200), 
	CONSTRAINT pk_approvals PRIMARY KEY (id)
);
INSERT INTO "approvals" VALUES(1,'churn',1,'sha256:07a87f55a7d3967338ae4a24c01663d603b870fe6a1fc2222f7d83f534aa3cc4','root','{"statement": {"schema_version": 1, "model": "churn", "version": 1, "manifest_sha256": "sha256:07a87f55a7d3967338ae4a24c01663d603b870fe6a1fc2222f7d83f534aa3cc4", "author": "root", "approver": "root", "policy": "local", "approved_at": "2026-12-01T12:31:32.722463+00:00"}, "key_id": "sha256:e88f3a29bb869ba3dcf75402d5e58d12ad26f754b8da9ea75e1d8129c7dcae44", "signature": "b7PJULiJNmbuMf7amPafN/POu8zDGHXqnc2/cymnc4FIq3YPA58lA4WEuvos/aw+Kpjo0qw9+EviSfGuuKwtDQ=="}',1.7961282927286903858e+09,NULL,NULL);
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	action VARCHAR(60) NOT NULL, 
	subject VARCHAR(300) NOT NULL, 
	detail TEXT NOT NULL, 
	previous VARCHAR(80) NOT NULL, 
	hash VARCHAR(80) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (seq), 
	CONSTRAINT uq_audit_hash UNIQUE (hash)
);
INSERT INTO "audit" VALUES(1,1.79612828075484704968e+09,'root','register','churn/1','{"manifest_sha256": "sha256:07a87f55a7d3967338ae4a24c01663d603b870fe6a1fc2222f7d83f534aa3cc4", "run_id": "20261201-123023-4yzy"}','sha256:0000000000000000000000000000000000000000000000000000000000000000','sha256:c1bd8198ff7234a714b0644974c060e7e69929025051bfa3b492f577c64ccd49');
INSERT INTO "audit" VALUES(2,1.79612828078670024867e+09,'root','register','churn','{"from": {}, "to": {"candidate": 1}, "reason": ""}','sha256:c1bd8198ff7234a714b0644974c060e7e69929025051bfa3b492f577c64ccd49','sha256:1a1b6a7e26042bd7957cb91a44f4d47d7f4209ff5a57ddeddf16858895ec59df');
INSERT INTO "audit" VALUES(3,1.79612829273004364965e+09,'root','approve','churn/1','{"manifest_sha256": "sha256:07a87f55a7d3967338ae4a24c01663d603b870fe6a1fc2222f7d83f534aa3cc4", "author": "root", "policy": "local", "key_id": "sha256:e88f3a29bb869ba3dcf75402d5e58d12ad26f754b8da9ea75e1d8129c7dcae44"}','sha256:1a1b6a7e26042bd7957cb91a44f4d47d7f4209ff5a57ddeddf16858895ec59df','sha256:8ddcbbe827f1876fca9221a784117823aa782b6a4445cd3755963f74a6383e82');
INSERT INTO "audit" VALUES(4,1.79612830271592807769e+09,'root','promote','churn','{"from": {"candidate": 1}, "to": {"candidate": 1, "champion": 1}, "reason": ""}','sha256:8ddcbbe827f1876fca9221a784117823aa782b6a4445cd3755963f74a6383e82','sha256:ccf7cb9df08dfd4f24a40f62bf3c1e4e3513ba017dd052cba7fd580fd403a72f');
INSERT INTO "audit" VALUES(5,1.79612831077162861826e+09,'root','route.create','churn','{"from": null, "to": {"deployment": "churn", "model": "churn", "epoch": 1, "stable": 1, "canary": null, "shadow": null, "percent": 0.0, "kind": "canary", "sticky": false, "previous": null}, "reason": ""}','sha256:ccf7cb9df08dfd4f24a40f62bf3c1e4e3513ba017dd052cba7fd580fd403a72f','sha256:2884f638ad680f36d983291c96541181027c2a61246df216d5bd4f7be5ede2d6');
INSERT INTO "audit" VALUES(6,1.79612833565508842473e+09,'root','key.create','key 74c8ca89ec13','{"name": "churn", "deployments": [], "expires_at": null}','sha256:2884f638ad680f36d983291c96541181027c2a61246df216d5bd4f7be5ede2d6','sha256:d39375a8476bf71e647311535eff34d8ebad4985aac6321ef57a685d1696bc86');
CREATE TABLE batch_jobs (
	id VARCHAR(40) NOT NULL, 
	deployment VARCHAR(200) NOT NULL, 
	version INTEGER NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	source TEXT NOT NULL, 
	output TEXT NOT NULL, 
	callback TEXT, 
	key_id VARCHAR(40), 
	n_rows BIGINT, 
	n_done BIGINT NOT NULL, 
	error TEXT, 
	created_at FLOAT NOT NULL, 
	changed_at FLOAT NOT NULL, 
	CONSTRAINT pk_batch_jobs PRIMARY KEY (id)
);
CREATE TABLE checks (
	id INTEGER NOT NULL, 
	deployment VARCHAR(200) NOT NULL, 
	run_id VARCHAR(80), 
	window_start FLOAT NOT NULL, 
	window_end FLOAT NOT NULL, 
	n_rows INTEGER NOT NULL, 
	severity VARCHAR(20) NOT NULL, 
	report TEXT NOT NULL, 
	at FLOAT NOT NULL, 
	CONSTRAINT pk_checks PRIMARY KEY (id)
);
CREATE TABLE dead_letters (
	consumer VARCHAR(200) NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	partition INTEGER NOT NULL, 
	"offset" BIGINT NOT NULL, 
	"key" BLOB, 
	value BLOB, 
	error TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	CONSTRAINT pk_dead_letters PRIMARY KEY (consumer, topic, partition, "offset")
);
CREATE TABLE deployments (
	name VARCHAR(200) NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	epoch INTEGER NOT NULL, 
	route TEXT NOT NULL, 
	spec TEXT NOT NULL, 
	created_at FLOAT NOT NULL, 
	changed_at FLOAT NOT NULL, 
	CONSTRAINT pk_deployments PRIMARY KEY (name)
);
INSERT INTO "deployments" VALUES('churn','churn',1,'{"deployment": "churn", "model": "churn", "epoch": 1, "stable": 1, "canary": null, "shadow": null, "percent": 0.0, "kind": "canary", "sticky": false, "previous": null}','{"schema_version": 1, "name": "churn", "model_version_id": "churn", "canary_version_id": null, "strategy": {"kind": "canary", "stable_pct": 100.0, "canary_pct": 0.0, "sticky": false, "on_winner": "ask", "alpha": 0.05, "min_outcomes": 100}, "autoscale": {"min_replicas": 1, "max_replicas": 1, "target_cpu_pct": 70}, "slos": {"latency_ms_p95": null, "error_rate_pct": null, "min_requests": 50}, "checks": {"ranges": "flag", "categories": "flag", "missing": "refuse", "unknown": "refuse"}, "log": {"enabled": true, "sample": 1.0, "max_per_s": 200.0, "hash": [], "drop": [], "protect": true, "retention_days": 30.0}, "limits": {"body_bytes": 1000000, "rows": 1000, "depth": 20, "queue": 1024, "timeout_s": 10.0}, "callback_hosts": [], "labels": {}}',1.79612831076239252091e+09,1.79612831076239252091e+09);
CREATE TABLE models (
	name VARCHAR(200) NOT NULL, 
	epoch INTEGER NOT NULL, 
	CONSTRAINT pk_models PRIMARY KEY (name)
);
INSERT INTO "models" VALUES('churn',2);
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	"group" VARCHAR(300) NOT NULL, 
	channel VARCHAR(60) NOT NULL, 
	severity VARCHAR(20) NOT NULL, 
	document TEXT NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	attempts INTEGER NOT NULL, 
	error TEXT, 
	at FLOAT NOT NULL, 
	due_at FLOAT NOT NULL, 
	sent_at FLOAT, 
	CONSTRAINT pk_notices PRIMARY KEY (id)
);
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	payload TEXT NOT NULL, 
	created_at FLOAT NOT NULL, 
	done_at FLOAT, 
	attempts INTEGER NOT NULL, 
	error TEXT, 
	CONSTRAINT pk_outbox PRIMARY KEY (id)
);
INSERT INTO "outbox" VALUES(1,'mlflow.aliases','{"model": "churn", "gone": []}',1.79612828078698372842e+09,1.79612828104862380022e+09,0,NULL);
INSERT INTO "outbox" VALUES(2,'mlflow.aliases','{"model": "churn", "gone": []}',1.79612830272108340264e+09,1.79612830288123512265e+09,0,NULL);
CREATE TABLE outcomes (
	prediction_id VARCHAR(40) NOT NULL, 
	outcome TEXT NOT NULL, 
	at FLOAT NOT NULL, 
	CONSTRAINT pk_outcomes PRIMARY KEY (prediction_id)
);
CREATE TABLE predictions (
	id VARCHAR(40) NOT NULL, 
	deployment VARCHAR(200) NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	version INTEGER NOT NULL, 
	role VARCHAR(10) NOT NULL, 
	epoch INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	features TEXT, 
	prediction TEXT, 
	probabilities TEXT, 
	latency_ms FLOAT NOT NULL, 
	error VARCHAR(60), 
	flags TEXT, 
	sample_rate FLOAT NOT NULL, 
	key_id VARCHAR(40), 
	correlation_id VARCHAR(80), 
	CONSTRAINT pk_predictions PRIMARY KEY (id)
);
CREATE TABLE retrains (
	id INTEGER NOT NULL, 
	deployment VARCHAR(200) NOT NULL, 
	"trigger" VARCHAR(20) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	running BOOLEAN, 
	run_id VARCHAR(80), 
	challenger INTEGER, 
	detail TEXT NOT NULL, 
	spent_s FLOAT NOT NULL, 
	started_at FLOAT NOT NULL, 
	ended_at FLOAT, 
	CONSTRAINT pk_retrains PRIMARY KEY (id), 
	CONSTRAINT uq_retrains_deployment_running UNIQUE (deployment, running)
);
CREATE TABLE route_changes (
	deployment VARCHAR(200) NOT NULL, 
	epoch INTEGER NOT NULL, 
	route TEXT NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	reason TEXT NOT NULL, 
	at FLOAT NOT NULL, 
	CONSTRAINT pk_route_changes PRIMARY KEY (deployment, epoch), 
	CONSTRAINT fk_route_changes_deployment FOREIGN KEY(deployment) REFERENCES deployments (name)
);
INSERT INTO "route_changes" VALUES('churn',1,'{"deployment": "churn", "model": "churn", "epoch": 1, "stable": 1, "canary": null, "shadow": null, "percent": 0.0, "kind": "canary", "sticky": false, "previous": null}','create','root','',1.79612831076369357111e+09);
CREATE TABLE silences (
	id INTEGER NOT NULL, 
	"key" VARCHAR(300) NOT NULL, 
	reason TEXT NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	at FLOAT NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_silences PRIMARY KEY (id)
);
CREATE TABLE stream_offsets (
	consumer VARCHAR(200) NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	partition INTEGER NOT NULL, 
	next_offset BIGINT NOT NULL, 
	CONSTRAINT pk_stream_offsets PRIMARY KEY (consumer, topic, partition)
);
CREATE TABLE stream_results (
	consumer VARCHAR(200) NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	partition INTEGER NOT NULL, 
	"offset" BIGINT NOT NULL, 
	"key" BLOB, 
	result TEXT NOT NULL, 
	at FLOAT NOT NULL, 
	CONSTRAINT pk_stream_results PRIMARY KEY (consumer, topic, partition, "offset")
);
CREATE TABLE stream_state (
	consumer VARCHAR(200) NOT NULL, 
	topic VARCHAR(200) NOT NULL, 
	partition INTEGER NOT NULL, 
	"key" VARCHAR(300) NOT NULL, 
	document TEXT NOT NULL, 
	at FLOAT NOT NULL, 
	CONSTRAINT pk_stream_state PRIMARY KEY (consumer, topic, partition, "key")
);
CREATE TABLE workers (
	id VARCHAR(80) NOT NULL, 
	deployment VARCHAR(200) NOT NULL, 
	epoch INTEGER NOT NULL, 
	beat_at FLOAT NOT NULL, 
	CONSTRAINT pk_workers PRIMARY KEY (id, deployment)
);
CREATE INDEX ix_alerts_deployment ON alerts (deployment);
CREATE INDEX ix_alerts_group ON alerts ("group");
CREATE INDEX ix_approvals_model_version ON approvals (model, version);
CREATE INDEX ix_checks_deployment_window_end ON checks (deployment, window_end);
CREATE INDEX ix_deployments_model ON deployments (model);
CREATE INDEX ix_notices_group_at ON notices ("group", at);
CREATE INDEX ix_notices_status_due_at ON notices (status, due_at);
CREATE INDEX ix_outbox_done_at ON outbox (done_at);
CREATE INDEX ix_outcomes_at ON outcomes (at);
CREATE INDEX ix_predictions_deployment_at ON predictions (deployment, at);
CREATE INDEX ix_silences_until ON silences (until);
COMMIT;
