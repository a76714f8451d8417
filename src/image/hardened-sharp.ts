// The only place that loads sharp, so that no image is decoded before these limits are set. They hold for the whole process.
import sharp from "sharp";

sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["VipsForeignLoadJpegBuffer", "VipsForeignLoadPngBuffer", "VipsForeignLoadWebpBuffer"],
});
// No image is seen twice, so a cache would only hold memory.
sharp.cache(false);
// Images are analysed side by side; threads within one cost more CPU an image than they save.
sharp.concurrency(1);

export { sharp };
