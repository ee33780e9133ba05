#!/usr/bin/env python3
"""Goal: what deploy/kubernetes gives a cluster is valid, safe, and says to tandemd what tandemd understands. Method:
the overlays and the chart are rendered by the real tools and held to Kubernetes' own schemas, to the rules of policy.py
and to the server's --help; of each check it is shown that it can fail.

    deploy/dev/k8s-check      prepares the tools and runs this
"""

import copy
import functools
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import alerts  # noqa: E402
import database_policy  # noqa: E402
import policy  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/kubernetes"
CHART = FOLDER / "helm/tandem"
VALUES = ROOT / "tests/kubernetes/values"
TOOLS = ROOT / "build/tools/kubernetes"
TANDEMD = pathlib.Path(os.environ.get("TANDEM_BIN", ROOT / "build/release/bin")) / "tandemd"
KUBERNETES = "1.36.3"
SCHEMAS = f"{TOOLS}/schemas/{{{{.Group}}}}_{{{{.ResourceAPIVersion}}}}_{{{{.ResourceKind}}}}.json"

OVERLAYS = ("dev", "dev/database", "production", "production/database")
GOOD_VALUES = (FOLDER / "helm/values-dev.yaml", FOLDER / "helm/values-production.yaml",
               *sorted(VALUES.glob("good/*.yaml")))


def run(*command, **options):
    return subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **options)


def output_of(*command):
    result = run(*command)
    assert result.returncode == 0, result.stderr
    return result.stdout


@functools.cache
def overlay(name):
    return output_of(TOOLS / "kustomize", "build", FOLDER / "overlays" / name)


def helm(*arguments):
    return run(TOOLS / "helm", "template", "tandem", CHART, "--namespace", "tandem", "--kube-version", KUBERNETES,
               *arguments)


@functools.cache
def chart(values):
    result = helm("--values", values)
    assert result.returncode == 0, result.stderr
    return result.stdout


def objects(text):
    return [item for item in yaml.safe_load_all(text) if item is not None]


@functools.cache
def renderings():
    """The text of everything that is rendered, by where it comes from."""
    return {**{f"overlays/{name}": overlay(name) for name in OVERLAYS},
            **{str(values.relative_to(ROOT)): chart(values) for values in GOOD_VALUES}}


@functools.cache
def options():
    return policy.options_in(output_of(TANDEMD, "--help"))


def validate(text):
    return run(TOOLS / "kubeconform", "-strict", "-summary", "-schema-location", SCHEMAS, "-", input=text)


def one_of_each_kind():
    found = {}
    for text in renderings().values():
        for item in objects(text):
            found.setdefault(item["kind"], item)
    return found


def server_of(items):
    return next(item for item in items if item["kind"] == "Deployment")


def container_of(items):
    return server_of(items)["spec"]["template"]["spec"]["containers"][0]


def is_of_a_database(items):
    return any(item["kind"] == "Cluster" for item in items)


def is_encrypted(rendering):
    """Whether a rendering is meant to serve gRPC over TLS: one overlay does, and charts that are told to."""
    if rendering.startswith("overlays/"):
        return rendering == "overlays/production"
    return yaml.safe_load((ROOT / rendering).read_text()).get("tls", {}).get("enabled", False)


def cluster_of(name):
    return next(item for item in objects(overlay(f"{name}/database")) if item["kind"] == "Cluster")


RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest"}

# What one of the two ways of installing adds, and what has no order.
HELM_LABELS = ("helm.sh/chart", "app.kubernetes.io/managed-by", "app.kubernetes.io/version")


def without_traces(item):
    """The object as both ways of installing should make it."""
    item = copy.deepcopy(item)
    metadata = item["metadata"]
    metadata.pop("namespace", None)
    metadata["annotations"] = {key: value for key, value in metadata.get("annotations", {}).items()
                               if not key.startswith("helm.sh/hook")}
    metadata["labels"] = {key: value for key, value in metadata["labels"].items() if key not in HELM_LABELS}
    pod = policy.pod_of(item)
    if pod is not None:
        for container in pod[1]["containers"]:
            container["env"].sort(key=lambda variable: variable["name"])
            container["volumeMounts"].sort(key=lambda mount: mount["name"])
        pod[1]["volumes"].sort(key=lambda volume: volume["name"])
    return item


class Rendering(unittest.TestCase):
    maxDiff = None

    def test_everything_is_valid_for_kubernetes_and_the_operators(self):
        for name, text in renderings().items():
            with self.subTest(rendering=name):
                result = validate(text)
                self.assertEqual(result.returncode, 0, result.stdout)
                count = len(objects(text))
                self.assertGreater(count, 2)
                self.assertIn(f"Valid: {count}, Invalid: 0, Errors: 0, Skipped: 0", result.stdout)

    def test_a_key_that_the_api_does_not_know_is_refused_in_every_kind(self):
        for kind, item in one_of_each_kind().items():
            for place in ("spec", "metadata"):
                broken = copy.deepcopy(item)
                broken.setdefault(place, {})["unheardOf"] = "x"
                with self.subTest(kind=kind, place=place):
                    # A service account has no spec, so the key `spec` is what is not known there.
                    unknown = "(unheardOf|spec)"
                    result = validate(yaml.safe_dump(broken))
                    self.assertNotEqual(result.returncode, 0)
                    self.assertRegex(result.stdout, f"additional ?[Pp]roperties '?{unknown}'? not allowed")

    def test_a_wrong_type_and_a_missing_field_are_refused(self):
        for what, change in {
            "port": lambda item: container_of([item])["ports"][0].update(containerPort="many"),
            "selector": lambda item: item["spec"].pop("selector"),
            "container": lambda item: container_of([item]).update(envs=[]),
            "probe": lambda item: container_of([item])["livenessProbe"]["httpGet"].pop("port"),
        }.items():
            broken = copy.deepcopy(server_of(objects(overlay("production"))))
            change(broken)
            with self.subTest(what=what):
                self.assertNotEqual(validate(yaml.safe_dump(broken)).returncode, 0)

    def test_the_chart_and_the_overlays_make_the_same_objects(self):
        for name in ("dev", "production"):
            with self.subTest(overlay=name):
                by_kustomize = {policy.named(item): without_traces(item) for item in objects(overlay(name))}
                values = FOLDER / f"helm/values-{name}.yaml"
                by_helm = {policy.named(item): without_traces(item) for item in objects(chart(values))}
                self.assertEqual(sorted(by_helm), sorted(by_kustomize))
                for item in by_helm:
                    self.assertEqual(by_helm[item], by_kustomize[item], item)

    def test_the_chart_is_linted_without_a_warning(self):
        result = run(TOOLS / "helm", "lint", "--strict", CHART, "--values", FOLDER / "helm/values-production.yaml")
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_a_release_of_another_name_keeps_its_names_apart(self):
        result = run(TOOLS / "helm", "template", "north", CHART, "--kube-version", KUBERNETES, "--values",
                     FOLDER / "helm/values-production.yaml")
        items = objects(result.stdout)
        self.assertEqual({item["metadata"]["name"] for item in items}, {"north-tandem", "north-tandem-migrate"})
        self.assertEqual(policy.findings(items, options(), encrypted=True), [])

    def test_the_chart_is_of_the_version_of_the_server(self):
        version = output_of(TANDEMD, "version").split()[1]
        self.assertEqual(yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"], version)
        for name in ("dev", "production"):
            self.assertEqual(container_of(objects(overlay(name)))["image"], f"registry.example.com/tandem:{version}")


class Values(unittest.TestCase):

    def test_values_that_cannot_work_are_refused_with_their_place(self):
        files = sorted(VALUES.glob("bad/*.yaml"))
        self.assertGreater(len(files), 10)
        for path in files:
            expected = path.read_text().splitlines()[0].removeprefix("# ")
            with self.subTest(values=path.name):
                result = helm("--values", path)
                self.assertNotEqual(result.returncode, 0, "expected the schema to refuse them")
                self.assertIn(expected, result.stderr)

    def test_the_template_does_not_rely_on_the_schema_for_a_certificate(self):
        for values in ("tls-without-secret", "secret-without-tls"):
            result = helm("--values", VALUES / f"bad/{values}.yaml", "--skip-schema-validation")
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("tls.", result.stderr)

    def test_further_egress_is_the_servers_as_it_is_written(self):
        values = VALUES / "good/own-database.yaml"
        wanted = yaml.safe_load(values.read_text())["networkPolicy"]["egress"]
        egress = {item["metadata"]["name"]: item["spec"]["egress"] for item in objects(chart(values))
                  if item["kind"] == "NetworkPolicy"}
        self.assertEqual(egress["tandem"][-1:], wanted)
        self.assertNotIn(wanted[0], egress["tandem-migrate"])
        # DNS, the database, and nothing of the public internet, which they turned off.
        self.assertEqual([len(egress["tandem"]), len(egress["tandem-migrate"])], [3, 2])

    def test_its_notes_say_what_is_left_open(self):
        # helm shows them only when it installs: so they are made an object of a copy.
        plain, unreachable, unencrypted = "everybody who reaches its port", "lets the server reach none", "not encrypted"
        for given, expected in (("", {unencrypted}), ("networkPolicy.enabled=false", {plain, unencrypted}),
                                ("config.webhook-private-networks=true", {unencrypted, unreachable}),
                                ("tls.enabled=true,tls.secretName=floor-tls", set())):
            with self.subTest(given=given), tempfile.TemporaryDirectory() as folder:
                copied = pathlib.Path(shutil.copytree(CHART, pathlib.Path(folder) / "tandem"))
                notes = (copied / "templates/NOTES.txt").read_text()
                (copied / "templates/_notes.tpl").write_text(f'{{{{ define "notes" }}}}{notes}{{{{ end }}}}')
                (copied / "templates/notes.yaml").write_text('kind: Notes\ntext: {{ include "notes" . | quote }}\n')
                text = output_of(TOOLS / "helm", "template", "tandem", copied, "--kube-version", KUBERNETES,
                                 "--set", "image.repository=registry.example.com/tandem", "--set", given,
                                 "--show-only", "templates/notes.yaml")
                shown = yaml.safe_load(text)["text"]
                self.assertEqual({part for part in (plain, unreachable, unencrypted) if part in shown}, expected)

    def test_its_options_are_those_of_the_server_but_for_what_the_chart_sets(self):
        schema = yaml.safe_load((CHART / "values.schema.json").read_text())
        known = set(schema["properties"]["config"]["properties"])
        self.assertLessEqual(known, options())
        by_the_chart = {"listen", "insecure-listen", "http-listen", "database-url", "tls-cert", "tls-key", "tls-client-ca"}
        # Of no use in a pod: files and folders of the machine, and a clock for demonstrations.
        of_no_use = {"config", "data-dir", "postgres-bin-dir", "port-file", "clock-speed", "migrate-on-start", "help"}
        negations = {option for option in options() if option.startswith("no-")}
        self.assertEqual(known, options() - by_the_chart - of_no_use - negations)

    def test_every_default_is_one_that_the_schema_allows(self):
        values = yaml.safe_load((CHART / "values.yaml").read_text())
        schema = yaml.safe_load((CHART / "values.schema.json").read_text())
        self.assertEqual(set(schema["properties"]) - {"global"}, set(values))


class Server(unittest.TestCase):
    """tandemd itself is asked whether it takes what it is given."""

    def variables(self, items):
        given = policy.variables_of(container_of(items))
        return {name: value for name, value in given.items() if value is not None} | {
            "TANDEM_DATABASE_URL": "postgresql://tandem:word@tandem-db-rw.tandem:5432/tandem"}

    def test_takes_every_variable_with_its_value(self):
        for name, text in renderings().items():
            if "database" in pathlib.Path(name).name and name.startswith("overlays"):
                continue
            with self.subTest(rendering=name):
                result = run(TANDEMD, "version", env=self.variables(objects(text)))
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_would_refuse_a_wrong_value(self):
        variables = self.variables(objects(overlay("production"))) | {"TANDEM_DRAIN_SECONDS": "soon"}
        self.assertIn("TANDEM_DRAIN_SECONDS", run(TANDEMD, "version", env=variables).stderr)

    def test_has_the_subcommand_of_the_job(self):
        job = next(item for item in objects(overlay("production")) if item["kind"] == "Job")
        arguments = job["spec"]["template"]["spec"]["containers"][0]["args"]
        self.assertRegex(output_of(TANDEMD, "--help"), rf"(?m)^  {re.escape(arguments[0])}$")
        # Without a database it says what it lacks, and not that it does not know the word.
        self.assertIn("expected --database-url", run(TANDEMD, *arguments, env={}).stderr)


def change_pod(**fields):
    return lambda items: server_of(items)["spec"]["template"]["spec"].update(fields)


def change_container(**fields):
    return lambda items: container_of(items).update(fields)


def change_kind(kind, change):
    return lambda items: change(next(item for item in items if item["kind"] == kind))


def change_spread(**fields):
    return lambda items: server_of(items)["spec"]["template"]["spec"]["topologySpreadConstraints"][0].update(fields)


def set_variable(name, value):
    def change(items):
        container = container_of(items)
        container["env"] = [one for one in container["env"] if one["name"] != name] + [{"name": name, "value": value}]
    return change


def drop_variable(name):
    def change(items):
        container = container_of(items)
        container["env"] = [one for one in container["env"] if one["name"] != name]
    return change


def change_rule(number, **fields):
    return change_kind("NetworkPolicy", lambda item: item["spec"]["ingress"][number].update(fields))


# Something that each rule has to find, by the name of the rule.
EXAMPLES = {
    "root": [change_pod(securityContext={"seccompProfile": {"type": "RuntimeDefault"}}),
             change_container(securityContext={"runAsUser": 0})],
    "seccomp": [change_pod(securityContext={"runAsNonRoot": True, "runAsUser": 65532})],
    "token": [change_pod(automountServiceAccountToken=True)],
    "service-links": [change_pod(enableServiceLinks=True)],
    "host": [change_pod(hostNetwork=True), change_pod(volumes=[{"name": "x", "hostPath": {"path": "/"}}])],
    "privileges": [change_container(securityContext={"allowPrivilegeEscalation": True})],
    "read-only": [change_container(securityContext={"readOnlyRootFilesystem": False})],
    "capabilities": [change_container(securityContext={"capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}})],
    "limits": [change_container(resources={}),
               change_container(resources={"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}})],
    "image": [change_container(image="registry.example.com:5000/tandem"), change_container(image="tandem:latest")],
    "secret": [set_variable("TANDEM_DATABASE_URL", "postgresql://tandem:word@db/tandem")],
    "probes": [lambda items: container_of(items).pop("readinessProbe"),
               lambda items: container_of(items)["livenessProbe"]["httpGet"].update(path="/readyz")],
    "ports": [set_variable("TANDEM_LISTEN", "0.0.0.0:9500"), set_variable("TANDEM_HTTP_LISTEN", "127.0.0.1:9401"),
              lambda items: container_of(items)["livenessProbe"]["httpGet"].update(port="health"),
              change_kind("Service", lambda item: item["spec"]["ports"][0].update(targetPort="gprc"))],
    "options": [set_variable("TANDEM_LISTEN_HOST", "0.0.0.0")],
    "access-log": [set_variable("TANDEM_ACCESS_LOG", "off"), drop_variable("TANDEM_ACCESS_LOG")],
    "tls": [drop_variable("TANDEM_TLS_CERT"), drop_variable("TANDEM_TLS_KEY"),
            set_variable("TANDEM_TLS_CERT", "/tmp/tls.crt"), change_container(volumeMounts=[]), change_pod(volumes=[]),
            change_kind("Service", lambda item: item["spec"]["ports"][0].update(appProtocol="kubernetes.io/h2c"))],
    "grace": [set_variable("TANDEM_DRAIN_SECONDS", "60"), change_pod(terminationGracePeriodSeconds=5)],
    "one-server": [lambda items: server_of(items)["spec"].update(replicas=2),
                   lambda items: server_of(items)["spec"].update(strategy={"type": "RollingUpdate"}),
                   lambda items: items.append({"kind": "HorizontalPodAutoscaler", "metadata": {"name": "tandem"}})],
    "spread": [change_pod(topologySpreadConstraints=[]),
               change_spread(topologyKey="kubernetes.io/hostname"),
               change_spread(whenUnsatisfiable="DoNotSchedule"),
               change_spread(labelSelector={"matchLabels": {"app.kubernetes.io/name": "other"}})],
    "selector": [change_kind("PodDisruptionBudget",
                             lambda item: item["spec"]["selector"].update(matchLabels={"a": "b"})),
                 change_kind("Service",
                             lambda item: item["spec"].update(selector={"app.kubernetes.io/name": "tandem"})),
                 change_kind("NetworkPolicy", lambda item: item["spec"].update(podSelector={}))],
    "budget": [change_kind("PodDisruptionBudget",
                           lambda item: item["spec"].update(minAvailable=item["spec"].pop("maxUnavailable")))],
    "isolation": [lambda items: items.remove(next(item for item in items if item["kind"] == "NetworkPolicy")),
                  change_kind("NetworkPolicy", lambda item: item["spec"].update(policyTypes=["Ingress"])),
                  change_kind("NetworkPolicy", lambda item: item["spec"]["ingress"][0].pop("from")),
                  change_kind("NetworkPolicy", lambda item: item["spec"]["egress"][0].pop("to")),
                  change_kind("NetworkPolicy", lambda item: item["spec"]["egress"][1].pop("ports"))],
}

# The same of a database's rules.
DATABASE_EXAMPLES = {
    "database-selector": [
        change_kind("NetworkPolicy", lambda item: item["spec"].update(podSelector={})),
        change_kind("NetworkPolicy", lambda item: item["spec"]["podSelector"]["matchLabels"].update({"a": "b"})),
        lambda items: items.remove(next(item for item in items if item["kind"] == "NetworkPolicy")),
        lambda items: items.append({"kind": "NetworkPolicy", "metadata": {"name": "all"},
                                    "spec": {"podSelector": {}, "ingress": [{}]}})],
    "database-types": [change_kind("NetworkPolicy", lambda item: item["spec"].update(policyTypes=["Egress"])),
                       change_kind("NetworkPolicy", lambda item: item["spec"].update(egress=[]))],
    "database-lets-in": [*(change_rule(number, ports=[{"port": 1}]) for number in range(4)),
                         change_rule(1, ports=[{"port": 5432}]),
                         change_rule(2, **{"from": [database_policy.namespace("cnpg-system")]})],
    "database-keeps-out": [change_rule(0, ports=[]), change_rule(0, **{"from": []}),
                           change_rule(0, ports=[{"port": 5432}, {"port": 9187}]),
                           change_rule(3, **{"from": [{"namespaceSelector": {}}]}),
                           change_kind("NetworkPolicy", lambda item: item["spec"]["ingress"].append({}))],
    "database-monitor": [
        lambda items: items.remove(next(item for item in items if item["kind"] == "PodMonitor")),
        change_kind("PodMonitor", lambda item: item["spec"].update(selector={})),
        change_kind("PodMonitor", lambda item: item["spec"]["podMetricsEndpoints"][0].update(port="status")),
        change_kind("PodMonitor", lambda item: item["spec"].pop("jobLabel"))],
}

# What CloudNativePG 1.27 calls the metrics that alerts may ask for: pg_collector.go, and default-monitoring.yaml.
CLOUDNATIVEPG_METRICS = {
    "cnpg_collector_fencing_on", "cnpg_collector_pg_wal", "cnpg_collector_pg_wal_archive_status",
    "cnpg_collector_sync_replicas", "cnpg_collector_up", "cnpg_pg_database_size_bytes", "cnpg_pg_replication_in_recovery",
    "cnpg_pg_replication_is_wal_receiver_up", "cnpg_pg_replication_lag", "cnpg_pg_replication_slots_pg_wal_lsn_diff",
    "cnpg_pg_replication_streaming_replicas"}


class Alerts(unittest.TestCase):

    def test_those_of_the_operator_are_those_of_deploy_monitoring(self):
        rule = (ROOT / alerts.TARGET).read_text()
        self.assertEqual(rule, alerts.prometheus_rule(), "expected tests/kubernetes/alerts.py to have run")
        self.assertGreater(len(yaml.safe_load(rule)["spec"]["groups"][0]["rules"]), 10)

    def test_the_monitor_gives_the_job_the_name_that_they_expect(self):
        for release in ("tandem", "north"):
            text = output_of(TOOLS / "helm", "template", release, CHART, "--kube-version", KUBERNETES, "--values",
                             FOLDER / "helm/values-production.yaml")
            items = {item["kind"]: item for item in objects(text)}
            label = items["ServiceMonitor"]["spec"]["jobLabel"]
            self.assertEqual(items["Service"]["metadata"]["labels"][label], "tandem")
            self.assertIn('job="tandem"', text)


    def test_those_of_the_database_expect_the_job_and_the_metrics_that_are_there(self):
        groups = yaml.safe_load((ROOT / alerts.SOURCE).read_text())["groups"]
        rules = next(group["rules"] for group in groups if group["name"] == "tandem-database")
        self.assertGreater(len(rules), 5)
        text = " ".join(rule["expr"] for rule in rules)
        self.assertLessEqual(set(re.findall(r"\bcnpg_\w+", text)), CLOUDNATIVEPG_METRICS)
        runbook = (ROOT / "docs/how-to/runbook.md").read_text()
        self.assertLessEqual(set(re.findall(r"\bcnpg_\w+", runbook)), CLOUDNATIVEPG_METRICS)
        cluster = cluster_of("production")["metadata"]["name"]
        self.assertEqual(set(re.findall(r'job="([^"]*)"', text)), {cluster})
        claims = set(re.findall(r'persistentvolumeclaim=~"([^"]*)"', text))
        for claim in (f"{cluster}-1", f"{cluster}-12-wal"):
            self.assertTrue(all(re.fullmatch(pattern, claim) for pattern in claims), claims)


class Policy(unittest.TestCase):

    def test_everything_that_is_rendered_keeps_to_it(self):
        for name, text in renderings().items():
            items = objects(text)
            with self.subTest(rendering=name):
                if is_of_a_database(items):
                    found = list(database_policy.findings(items, monitored=name.startswith("overlays/production/")))
                else:
                    found = policy.findings(items, options(), is_encrypted(name))
                self.assertEqual(found, [])

    def test_each_rule_finds_its_example(self):
        for module, examples, rendering, findings in (
                (policy, EXAMPLES, "production", lambda items: policy.findings(items, options(), encrypted=True)),
                (database_policy, DATABASE_EXAMPLES, "production/database",
                 lambda items: database_policy.findings(items, monitored=True))):
            source = pathlib.Path(module.__file__).read_text()
            rules = set(re.findall(r'yield f?"(?:{(?:policy\.)?named\(\w+\)}: )?([a-z-]+): ', source))
            self.assertEqual(rules, set(examples))
            for rule, changes in examples.items():
                for number, change in enumerate(changes):
                    items = objects(overlay(rendering))
                    change(items)
                    with self.subTest(rule=rule, example=number):
                        self.assertIn(rule, [finding.split(": ")[1] for finding in findings(items)])

    def test_a_certificate_where_none_is_meant_is_found(self):
        items = objects(overlay("dev"))
        set_variable("TANDEM_TLS_CERT", "/etc/tandem/tls/tls.crt")(items)
        self.assertIn("tls", [finding.split(": ")[1] for finding in policy.findings(items, options(), encrypted=False)])

    def test_whom_the_database_lets_in_are_the_pods_that_connect_to_it(self):
        for name in ("dev", "production"):
            peer = database_policy.those_let_in("tandem-db")[0][1]["podSelector"]
            pods = list(filter(None, map(policy.pod_of, objects(overlay(name)))))
            self.assertEqual(len(pods), 2)
            for labels, _ in pods:
                self.assertTrue(policy.matches(peer, labels), labels)

    def test_the_database_is_replicated_where_it_serves(self):
        spec = cluster_of("production")["spec"]
        self.assertEqual(spec["instances"], 3)
        self.assertEqual(spec["postgresql"]["synchronous"],
                         {"method": "any", "number": 1, "dataDurability": "required"})

    def test_the_database_is_spread_over_nodes_and_zones(self):
        for name in ("dev", "production"):
            cluster = cluster_of(name)
            with self.subTest(overlay=name):
                self.assertEqual(cluster["spec"]["affinity"],
                                 {"enablePodAntiAffinity": True, "podAntiAffinityType": "required",
                                  "topologyKey": "kubernetes.io/hostname"})
                self.assertEqual(cluster["spec"]["topologySpreadConstraints"],
                                 [{"maxSkew": 1, "topologyKey": policy.ZONE, "whenUnsatisfiable": "ScheduleAnyway",
                                   "labelSelector": {"matchLabels": {"cnpg.io/cluster": cluster["metadata"]["name"]}}}])

    def test_the_database_keeps_memory_as_the_private_one_does(self):
        source = (ROOT / "server/embedded/process.cc").read_text()
        private = dict(re.findall(r'"(MALLOC_[A-Z_]+)=([0-9]+)"', source))
        self.assertEqual(len(private), 3)
        for name in ("dev", "production"):
            self.assertEqual(policy.variables_of(cluster_of(name)["spec"]), private, name)

    def test_the_namespaces_refuse_what_is_not_restricted(self):
        for name in ("dev", "production"):
            namespace = next(item for item in objects(overlay(f"{name}/database")) if item["kind"] == "Namespace")
            self.assertEqual(namespace["metadata"]["labels"], RESTRICTED, name)
            for item in objects(overlay(name)) + objects(overlay(f"{name}/database")):
                if item["kind"] != "Namespace":
                    self.assertEqual(item["metadata"]["namespace"], namespace["metadata"]["name"], policy.named(item))

    def test_the_chart_migrates_before_it_installs_or_upgrades(self):
        for values in GOOD_VALUES:
            hooks = {policy.named(item): item["metadata"]["annotations"] for item in objects(chart(values))
                     if "helm.sh/hook" in item["metadata"].get("annotations", {})}
            before = {"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": "before-hook-creation"}
            with self.subTest(values=values.name):
                # What lets the job reach the database has to be there first.
                self.assertEqual(hooks, {} if values.name == "stopped.yaml" else {
                    "Job tandem-migrate": before,
                    "NetworkPolicy tandem-migrate": {**before, "helm.sh/hook-weight": "-1"}})

    def test_the_server_finds_the_database_that_the_cluster_makes(self):
        cluster = cluster_of("production")
        name = cluster["metadata"]["name"]
        text = yaml.safe_dump(server_of(objects(overlay("production"))))
        self.assertIn(f"name: {name}-app", text)
        self.assertIn(f"secretName: {name}-ca", text)
        for policy_of in (item for item in objects(overlay("production")) if item["kind"] == "NetworkPolicy"):
            self.assertIn({"podSelector": {"matchLabels": {"cnpg.io/cluster": name}}},
                          [peer for rule in policy_of["spec"]["egress"] for peer in rule["to"]])


class Documents(unittest.TestCase):
    """There is no cluster to run their commands on; what they name is there."""

    @staticmethod
    def commands():
        """The commands of the how-tos, those over several lines as one."""
        for name in ("deploy-on-kubernetes", "upgrade", "back-up-and-restore"):
            text = (ROOT / f"docs/how-to/{name}.md").read_text()
            for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
                yield from re.findall(r"^\$ (.*)$", block.replace("\\\n", " "), re.MULTILINE)

    def test_the_objects_of_their_commands_exist(self):
        production = objects(overlay("production")) + objects(overlay("production/database"))
        names = {(item["kind"].lower(), item["metadata"]["name"]) for item in production}
        found = set()
        for command in self.commands():
            for kind, name in re.findall(r"\b(deployment|job|cluster)[ /]([a-z][a-z-]+)", command):
                found.add((kind, name))
                with self.subTest(command=command):
                    self.assertIn((kind, name), names)
            for namespace in re.findall(r"kubectl .*--namespace (\S+)", command):
                self.assertEqual(namespace, "tandem", command)
        self.assertEqual(found, {("deployment", "tandem"), ("job", "tandem-migrate"), ("cluster", "tandem-db")})

    def test_what_their_commands_apply_can_be_rendered(self):
        applied = 0
        for command in self.commands():
            for folder in re.findall(r"--kustomize (\S+)", command):
                applied += 1
                items = objects(output_of(TOOLS / "kustomize", "build", ROOT / folder))
                for key, value in re.findall(r"--selector (\S+)=(\S+)", command):
                    chosen = {item["kind"] for item in items if item["metadata"]["labels"].get(key) == value}
                    self.assertEqual(chosen, {"Job", "NetworkPolicy"}, command)
        self.assertGreater(applied, 3)

    def test_the_chart_takes_what_their_commands_set(self):
        commands = [command for command in self.commands() if command.startswith("helm upgrade --install")]
        self.assertEqual(["--reuse-values" in command for command in commands], [False, True])
        values = []
        for command in commands:  # The second one has the values of the first.
            words = shlex.split(command)
            values += [part for number, word in enumerate(words) if word.startswith("--set")
                       for part in (word, words[number + 1])]
            result = helm(*values)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("cidr: 10.20.0.0/16", result.stdout)

    def test_the_image_takes_the_arguments_that_their_commands_give_it(self):
        arguments = set(re.findall(r"^ARG (\w+)=", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
        given = {name for command in self.commands() for name in re.findall(r"--build-arg (\w+)=", command)}
        self.assertEqual(given, arguments)

    def test_a_namespace_that_is_made_by_hand_gets_the_labels_of_the_others(self):
        commands = list(self.commands())
        by_hand = [command for command in commands if "create namespace" in command]
        self.assertGreater(len(by_hand), 0)
        for made in by_hand:
            name = made.split()[-1]
            labels = " ".join(f"{key}={value}" for key, value in RESTRICTED.items())
            self.assertIn(f"kubectl label namespace {name} {labels}",
                          [" ".join(command.split()) for command in commands[commands.index(made) + 1:]])


if __name__ == "__main__":
    unittest.main()
