"""What must hold of every object that goes to a cluster, beyond being valid: nobody is root, everything has limits and
probes, images are pinned, names agree with each other and options with the server's.
"""

import re

RESTRICTED_CAPABILITIES = {"drop": ["ALL"]}
# For what is decided to become durable after the calls have ended: kEnginePatience in server/main.cc.
ENGINE_PATIENCE_SECONDS = 5
SPARE_SECONDS = 5
DEFAULT_DRAIN_SECONDS = 10
ZONE = "topology.kubernetes.io/zone"
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def variable_of(option):
    return "TANDEM_" + option.upper().replace("-", "_")


def options_in(help_text):
    """The names of tandemd's options, without dashes."""
    return set(re.findall(r"^  --([a-z][a-z-]*)", help_text, re.MULTILINE))


def named(item):
    return f"{item['kind']} {item['metadata']['name']}"


def pod_of(item):
    """(labels, spec) of the pods that an object makes, or None."""
    if item["kind"] not in ("Deployment", "StatefulSet", "DaemonSet", "Job"):
        return None
    template = item["spec"]["template"]
    return template["metadata"].get("labels", {}), template["spec"]


def variables_of(container):
    return {variable["name"]: variable.get("value") for variable in container.get("env", [])}


def matches(selector, labels):
    wanted = selector.get("matchLabels", {}).items()
    return (bool(wanted) and "matchExpressions" not in selector
            and all(labels.get(key) == value for key, value in wanted))


def check_root(pod):
    context = pod.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        yield "root: expected runAsNonRoot and a runAsUser other than 0"
    if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "seccomp: expected the profile RuntimeDefault"
    if pod.get("automountServiceAccountToken") is not False:
        yield "token: expected automountServiceAccountToken: false"
    if pod.get("enableServiceLinks") is not False:
        yield "service-links: expected enableServiceLinks: false, or a service becomes an option of the server"
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield f"host: expected no {name}"
    for volume in pod.get("volumes", []):
        if "hostPath" in volume:
            yield f"host: expected no hostPath, but the volume {volume['name']} is one"


def check_container(container):
    name = container["name"]
    context = container.get("securityContext", {})
    if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
        yield f"privileges: expected {name} to have none and to gain none"
    if context.get("readOnlyRootFilesystem") is not True:
        yield f"read-only: expected {name} to have a read-only root"
    if context.get("capabilities") != RESTRICTED_CAPABILITIES:
        yield f"capabilities: expected {name} to drop ALL and add none"
    if context.get("runAsUser") == 0:
        yield f"root: expected {name} not to run as 0"
    requests = container.get("resources", {}).get("requests", {})
    limits = container.get("resources", {}).get("limits", {})
    if "cpu" not in requests or "memory" not in limits or requests.get("memory") != limits["memory"]:
        yield f"limits: expected {name} to ask for CPU, and for as much memory as its limit"
    image = container["image"]
    tag = image.rsplit("/", 1)[-1].partition(":")[2]
    if "@sha256:" not in image and tag in ("", "latest"):
        yield f"image: expected a tag other than latest, or a digest, but got {image}"
    for variable in container.get("env", []):
        if "value" in variable and re.search(r"PASSWORD|SECRET|DATABASE_URL", variable["name"]):
            yield f"secret: expected {variable['name']} to come from a secret"


def check_probes(container):
    """Of what serves for long; a job ends by itself."""
    ports = {port["name"] for port in container.get("ports", [])}
    for name in PROBES:
        if name not in container:
            yield f"probes: expected {container['name']} to have a {name}"
        elif container[name].get("httpGet", {}).get("port") not in ports:
            yield f"ports: expected the {name} to name a port of {container['name']}"
    if "httpGet" in container.get("livenessProbe", {}) and container["livenessProbe"]["httpGet"]["path"] != "/livez":
        yield "probes: expected the livenessProbe to ask /livez: a database that is away is no reason to restart"


def check_options(container, options):
    known = {variable_of(option): option for option in options}
    for name in variables_of(container):
        if name.startswith("TANDEM_") and name not in known:
            yield f"options: expected {name} to be an option of tandemd, but --help does not have it"


def check_server(deployment, pod):
    container = pod["containers"][0]
    variables = variables_of(container)
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    for name, variable in (("grpc", "TANDEM_LISTEN"), ("http", "TANDEM_HTTP_LISTEN")):
        if variables.get(variable) != f"0.0.0.0:{ports.get(name)}":
            yield f"ports: expected {variable} to be the port {name}, but it is {variables.get(variable)}"
    drain = int(variables.get("TANDEM_DRAIN_SECONDS") or DEFAULT_DRAIN_SECONDS)
    least = drain + ENGINE_PATIENCE_SECONDS + SPARE_SECONDS
    if pod.get("terminationGracePeriodSeconds", 30) < least:
        yield f"grace: expected terminationGracePeriodSeconds of {least} at least, because it drains for {drain} s"
    if deployment["spec"].get("replicas", 1) > 1 or deployment["spec"].get("strategy", {}).get("type") != "Recreate":
        yield "one-server: expected one replica that is ended before the next one starts"
    if variables.get("TANDEM_ACCESS_LOG") not in ("errors", "all"):
        yield "access-log: expected TANDEM_ACCESS_LOG to be errors or all, or no log has a refused call's trace id"


def check_encryption(items, encrypted):
    """TANDEM_INSECURE_LISTEN, which the plain port of health and metrics needs, lets gRPC be plain as well: without the
    variables of TLS the server would start and say nothing."""
    for item in items:
        if item["kind"] == "Service":
            wanted = "https" if encrypted else "kubernetes.io/h2c"
            spoken = {port["name"]: port.get("appProtocol") for port in item["spec"]["ports"]}.get("grpc")
            if spoken != wanted:
                yield f"{named(item)}: tls: expected the port grpc to speak {wanted}, but it speaks {spoken}"
        if item["kind"] == "Deployment":
            pod = pod_of(item)[1]
            variables = variables_of(pod["containers"][0])
            secrets = {volume["name"] for volume in pod.get("volumes", []) if "secret" in volume}
            folders = [mount["mountPath"] for mount in pod["containers"][0].get("volumeMounts", [])
                       if mount["name"] in secrets]
            for name in ("TANDEM_TLS_CERT", "TANDEM_TLS_KEY"):
                path = variables.get(name)
                if encrypted and not (path and path.rpartition("/")[0] in folders):
                    yield f"{named(item)}: tls: expected {name} to be a file out of a secret, but it is {path}"
                if not encrypted and path:
                    yield f"{named(item)}: tls: expected no {name}, because gRPC is said to be plain"


def check_spread(labels, pod):
    """A lost zone should not take every server along, nor may a wish for another zone keep one from starting."""
    constraints = pod.get("topologySpreadConstraints", [])
    if not any(constraint["topologyKey"] == ZONE for constraint in constraints):
        yield f"spread: expected its pods to be spread over {ZONE}"
    for constraint in constraints:
        if constraint["whenUnsatisfiable"] != "ScheduleAnyway":
            yield f"spread: expected ScheduleAnyway, but got {constraint['whenUnsatisfiable']}"
        if not matches(constraint.get("labelSelector", {}), labels):
            yield f"spread: expected what is spread over {constraint['topologyKey']} to be its own pods"


def check_names(items):
    """What selects pods selects some, and ports that are named exist."""
    pods = [(labels, spec) for labels, spec in filter(None, map(pod_of, items))]
    by_kind = {}
    for item in items:
        by_kind.setdefault(item["kind"], []).append(item)

    def selected(selector):
        return [spec for labels, spec in pods if matches(selector, labels)]

    def has_port(specs, name):
        return any(name == port["name"] for spec in specs for container in spec["containers"]
                   for port in container.get("ports", []))

    for service in by_kind.get("Service", []):
        specs = selected({"matchLabels": service["spec"]["selector"]})
        if len(specs) != 1:
            yield f"{named(service)}: selector: expected the pods of one workload, but it selects {len(specs)}"
        for port in service["spec"]["ports"]:
            if not has_port(specs, port["targetPort"]):
                yield f"{named(service)}: ports: expected its pods to have the port {port['targetPort']}"
    for budget in by_kind.get("PodDisruptionBudget", []):
        if len(selected(budget["spec"]["selector"])) != 1:
            yield f"{named(budget)}: selector: expected the pods of one workload"
        if "maxUnavailable" not in budget["spec"]:
            yield f"{named(budget)}: budget: expected maxUnavailable: one server that must stay holds up its node"
    for policy in by_kind.get("NetworkPolicy", []):
        specs = selected(policy["spec"]["podSelector"])
        if len(specs) != 1:
            yield f"{named(policy)}: selector: expected the pods of one workload, but it selects {len(specs)}"
        if policy["spec"].get("policyTypes") != ["Ingress", "Egress"]:
            yield f"{named(policy)}: isolation: expected a policy for Ingress and Egress"
        for rule in policy["spec"].get("ingress", []):
            if not rule.get("from"):
                yield f"{named(policy)}: isolation: expected a rule to say whom it lets in"
            for port in rule.get("ports", []):
                if not has_port(specs, port["port"]):
                    yield f"{named(policy)}: ports: expected its pods to have the port {port['port']}"
        for rule in policy["spec"].get("egress", []):
            if not rule.get("to") or not rule.get("ports"):
                yield f"{named(policy)}: isolation: expected a rule to say whom it lets be reached, and on which ports"
    isolated = [policy["spec"]["podSelector"] for policy in by_kind.get("NetworkPolicy", [])]
    for item in items:
        pod = pod_of(item)
        if pod is not None and not any(matches(selector, pod[0]) for selector in isolated):
            yield f"{named(item)}: isolation: expected a NetworkPolicy that selects its pods"
        if item["kind"] == "Deployment" and not matches(item["spec"]["selector"], pod[0]):
            yield f"{named(item)}: selector: expected it to select its own pods"


def findings(items, options, encrypted):
    """One line for each thing that does not hold: `Kind name: rule: what was expected`. The options are tandemd's;
    `encrypted` is whether gRPC is meant to be over TLS."""
    found = []
    for item in items:
        if item["kind"] == "HorizontalPodAutoscaler":
            found.append(f"{named(item)}: one-server: expected nothing that adds servers")
        pod = pod_of(item)
        if pod is None:
            continue
        complaints = list(check_root(pod[1]))
        for container in pod[1]["containers"] + pod[1].get("initContainers", []):
            complaints += [*check_container(container), *check_options(container, options)]
            if item["kind"] != "Job":
                complaints += check_probes(container)
        if item["kind"] == "Deployment":
            complaints += [*check_server(item, pod[1]), *check_spread(*pod)]
        found += [f"{named(item)}: {complaint}" for complaint in complaints]
    return found + [*check_encryption(items, encrypted), *check_names(items)]
