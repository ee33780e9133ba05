"""What must hold of a CloudNativePG cluster and of what is around it. Its pods are the operator's, so policy.py has no
say in them: here it is who reaches them, and who reads their metrics.
"""

import policy

# What CloudNativePG puts on the pods of an instance and calls their ports, in pkg/specs/pods.go of 1.27.
INSTANCE = {"cnpg.io/podRole": "instance"}
PORTS = {"postgresql": 5432, "metrics": 9187, "status": 8000}


def namespace(name):
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def pods(**labels):
    return {"podSelector": {"matchLabels": labels}}


def those_let_in(cluster):
    """Who has to reach an instance: (name, peer, ports). Nobody else has to."""
    return [
        ("the server and its migrations", pods(**{"app.kubernetes.io/name": "tandem"}), {"postgresql"}),
        # Replication; and a primary that does not reach the API server asks the others whether it is cut off.
        ("the other instances", pods(**{"cnpg.io/cluster": cluster}), {"postgresql", "status"}),
        ("the operator", namespace("cnpg-system") | pods(**{"app.kubernetes.io/name": "cloudnative-pg"}),
         {"postgresql", "status"}),
        ("monitoring", namespace("monitoring"), {"metrics"}),
    ]


def pairs_of(network_policy):
    """[(peer, port)] of its ingress; what a rule does not say is None, which is everybody or every port."""
    return [(peer, port.get("port"))
            for rule in network_policy["spec"].get("ingress", [])
            for peer in rule.get("from") or [None]
            for port in rule.get("ports") or [{}]]


def check_network_policy(item, cluster):
    if item["spec"].get("policyTypes") != ["Ingress"] or "egress" in item["spec"]:
        yield "database-types: expected a policy for Ingress alone: where the API server is, no selector can say"
    there = pairs_of(item)
    wanted = [(who, peer, PORTS[port]) for who, peer, ports in those_let_in(cluster) for port in sorted(ports)]
    for who, peer, port in wanted:
        if (peer, port) not in there:
            yield f"database-lets-in: expected {who} to reach the port {port}"
    for peer, port in there:
        if (peer, port) not in [pair[1:] for pair in wanted]:
            yield f"database-keeps-out: expected nobody else, but {peer} reaches the port {port}"


def check_pod_monitor(item, cluster):
    if item["spec"]["selector"] != {"matchLabels": {"cnpg.io/cluster": cluster, **INSTANCE}}:
        yield "database-monitor: expected it to select the instances of the cluster"
    if [endpoint.get("port") for endpoint in item["spec"]["podMetricsEndpoints"]] != ["metrics"]:
        yield "database-monitor: expected it to read the port metrics"
    # The operator's label, which has the cluster's name: the alerts expect the job to be called so.
    if item["spec"].get("jobLabel") != "cnpg.io/cluster":
        yield "database-monitor: expected the job to have the name of the cluster"


def findings(items, monitored):
    """As policy.findings, of a cluster and what is applied with it. `monitored` is whether Prometheus reads it."""
    def of(kind):
        return [item for item in items if item["kind"] == kind]

    (database,) = of("Cluster")
    cluster = database["metadata"]["name"]
    # Policies add up, so a second one could let in what the first keeps out.
    selectors = [item["spec"].get("podSelector") for item in of("NetworkPolicy")]
    if selectors != [{"matchLabels": {"cnpg.io/cluster": cluster}}]:
        yield f"{policy.named(database)}: database-selector: expected one NetworkPolicy, and that it selects its pods"
    if len(of("PodMonitor")) != (1 if monitored else 0):
        yield f"{policy.named(database)}: database-monitor: expected a PodMonitor where it is monitored, and only there"
    for kind, check in (("NetworkPolicy", check_network_policy), ("PodMonitor", check_pod_monitor)):
        for item in of(kind):
            for complaint in check(item, cluster):
                yield f"{policy.named(item)}: {complaint}"
