/**
 * ONNX Runtime 1.30 carries an upload of usage data, on by default. A sidecar sends nothing of its own accord: this must be imported
 * before the runtime, which reads the variable when it loads.
 */
process.env["ORT_DISABLE_TELEMETRY"] = "1";
