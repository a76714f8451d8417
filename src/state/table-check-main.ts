// node table-check-main.js DIRECTORY: exit code 0 when the tables in it are whole.
import { checkTables } from "./table-check.ts";

await checkTables(process.argv[2] as string);
