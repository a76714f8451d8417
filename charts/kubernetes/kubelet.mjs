// Plays the kubelet of one node: whatever pod the scheduler binds to it is reported running and ready. Probes, images and start order are not exercised.
const NODE = "node-0";

export async function playKubelet(box) {
  await box.kubectl(["apply", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "Node", metadata: { name: NODE } }));
  const capacity = { cpu: "16", memory: "64Gi", pods: "110", "nvidia.com/gpu": "1" };
  await patchStatus(box, ["node", NODE], { capacity, allocatable: capacity, conditions: [{ type: "Ready", status: "True", reason: "Played" }] });
  await box.kubectl(["taint", "node", NODE, "node.kubernetes.io/not-ready-"]).catch(() => {});
  let playing = true;
  const loop = async () => {
    while (playing) {
      await reportPods(box).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const ended = loop();
  return {
    stop() {
      playing = false;
      return ended;
    },
  };
}

async function reportPods(box) {
  const { items } = await box.json("get", "pods", "--all-namespaces");
  for (const { metadata, spec, status } of items) {
    if (metadata.deletionTimestamp) {
      await box.kubectl(["delete", "pod", metadata.name, `--namespace=${metadata.namespace}`, "--grace-period=0", "--force"]);
    } else if (spec.nodeName && status.phase !== "Running") {
      await patchStatus(box, ["pod", metadata.name, `--namespace=${metadata.namespace}`], runningStatus(spec));
    }
  }
}

function runningStatus(spec) {
  const now = new Date().toISOString().replace(/\.\d+Z/, "Z");
  const containers = (list = []) =>
    list.map(({ name, image }) => ({ name, image, imageID: "", ready: true, started: true, restartCount: 0, state: { running: { startedAt: now } } }));
  const conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({ type, status: "True", lastTransitionTime: now }));
  const addresses = { podIP: "10.1.0.9", podIPs: [{ ip: "10.1.0.9" }] };
  return { phase: "Running", startTime: now, ...addresses, initContainerStatuses: containers(spec.initContainers), containerStatuses: containers(spec.containers), conditions };
}

const patchStatus = (box, target, status) =>
  box.kubectl(["patch", ...target, "--subresource=status", "--type=merge", `--patch=${JSON.stringify({ status })}`]);
