// node rebuild-main.js FROM TO: exit code 0 when the tables in FROM are whole, and TO holds the same.
import { rebuildTables } from "./rebuild.ts";

await rebuildTables(process.argv[2] as string, process.argv[3] as string);
